/**
 * How a stage mails, where no configuration set of the deployer's own is named: an address that bounced for good or
 * complained is sent nothing more, by SES itself, and each such mail is an event for functions/mail/bounces.ts.
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
          // SES knows no other bus than the default one.
          EventBridgeDestination: {
            EventBusArn: {
              'Fn::Sub': `arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:event-bus/default`,
            },
          },
        },
      },
    },
  },
})
