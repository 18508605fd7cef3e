import { arn } from '../generate/policies.ts'

/**
 * The configuration set of a stage for which the deployer names none. SES itself sends no more mail to an address that bounced
 * permanently or complained. Each such mail is an event for functions/mail/bounces.ts.
 */
export const mailEvents = (name: string): object => ({
  Resources: {
    MailConfigurationSet: {
      Type: 'AWS::SES::ConfigurationSet',
      Properties: { Name: name, SuppressionOptions: { SuppressedReasons: ['BOUNCE', 'COMPLAINT'] } },
    },
    MailEvents: {
      Type: 'AWS::SES::ConfigurationSetEventDestination',
      Properties: {
        ConfigurationSetName: { Ref: 'MailConfigurationSet' },
        EventDestination: {
          Name: 'feedback',
          Enabled: true,
          MatchingEventTypes: ['BOUNCE', 'COMPLAINT'],
          // SES sends events only to the default bus.
          EventBridgeDestination: { EventBusArn: arn('events', 'event-bus/default') },
        },
      },
    },
  },
})
