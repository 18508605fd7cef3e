interface Kept {
  readonly noun: string
  /** CloudFormation makes another resource in its place where one of these changes. */
  readonly replacedBy: readonly string[]
  /** The property that names it. */
  readonly namedBy?: string
  readonly lost: string
  readonly setting?: string
}

/** What has to outlive every deployment, by type. A test compares `replacedBy` with CloudFormation's own schemas. */
export const keptTypes: Readonly<Record<string, Kept>> = {
  'AWS::DynamoDB::Table': {
    noun: 'table',
    replacedBy: ['ImportSourceSpecification', 'KeySchema', 'TableName'],
    namedBy: 'TableName',
    lost: 'the API would go on with an empty one',
  },
  'AWS::ApiGatewayV2::Api': { noun: 'API', replacedBy: ['ProtocolType'], lost: 'its address would be gone' },
  'AWS::ApiGatewayV2::Stage': {
    noun: 'stage of the API',
    replacedBy: ['ApiId', 'StageName'],
    lost: 'its address would not answer',
  },
  'AWS::ApiGatewayV2::DomainName': {
    noun: 'domain',
    replacedBy: ['DomainName'],
    namedBy: 'DomainName',
    lost: 'its address would not answer, and its cookies would be void',
    setting: 'DOMAIN_NAME',
  },
  'AWS::ApiGatewayV2::ApiMapping': {
    noun: 'mapping of the domain',
    replacedBy: ['DomainName'],
    lost: 'the domain would not answer',
    setting: 'DOMAIN_NAME',
  },
  'AWS::SNS::Topic': {
    noun: 'topic of the alarms',
    replacedBy: ['FifoTopic', 'TopicName'],
    lost: 'its readers would have to subscribe and confirm again',
    setting: 'ALARM_EMAIL',
  },
  'AWS::SNS::Subscription': {
    noun: 'subscription',
    replacedBy: ['Endpoint', 'Protocol', 'TopicArn'],
    lost: 'no alarm would reach a reader who has not confirmed again',
    setting: 'ALARM_EMAIL',
  },
  'AWS::Logs::LogGroup': {
    noun: 'log group',
    replacedBy: ['LogGroupName'],
    namedBy: 'LogGroupName',
    lost: 'its lines would be deleted',
  },
}

/** Settings of functions on which tokens and passwords depend, and what another value does. */
export const keptSettings: Readonly<Record<string, string>> = {
  ISSUER:
    'the issuer of tokens would change: access tokens and every service that trusts them would be refused',
  AUDIENCE: 'the audience of tokens would change: other services would refuse them',
  KEYS_PATH: 'keys would be read from another path: every token and every password would be void',
  MAIL_FROM: 'mails would come from another address, which SES may not let them, or there would be none',
}

/**
 * A release may remove a route and with it its log group, and a rollback brings back a former reader of alarms: the comparison
 * alone keeps these.
 */
const byComparisonAlone = ['AWS::Logs::LogGroup', 'AWS::SNS::Subscription']

/** The stack policy: CloudFormation itself refuses an update that would replace or delete one of these. */
export const stackPolicy: readonly StackStatement[] = [
  { Effect: 'Allow', Principal: '*', Action: ['Update:*'], Resource: '*' },
  {
    Effect: 'Deny',
    Principal: '*',
    Action: ['Update:Replace', 'Update:Delete'],
    Resource: '*',
    Condition: {
      StringEquals: {
        ResourceType: Object.keys(keptTypes).filter((type) => !byComparisonAlone.includes(type)),
      },
    },
  },
  // What was done with administrator's rights, and the requests of every route: no release removes these two.
  {
    Effect: 'Deny',
    Principal: '*',
    Action: ['Update:Replace', 'Update:Delete'],
    Resource: ['LogicalResourceId/CommandLineLogGroup', 'LogicalResourceId/HttpApiLogGroup'],
  },
]

interface StackStatement {
  readonly Effect: string
  readonly Principal: string
  readonly Action: readonly string[]
  readonly Resource: string | readonly string[]
  readonly Condition?: object
}
