interface Kept {
  readonly noun: string
  /** The properties whose change makes CloudFormation replace the resource. */
  readonly replacedBy: readonly string[]
  /** The property that holds its name. */
  readonly namedBy?: string
  /** What happens if it is deleted or replaced. */
  readonly lost: string
  readonly setting?: string
}

/** The types of resources that no deployment may lose. A test compares `replacedBy` with CloudFormation's own schemas. */
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

/**
 * The comparison alone protects these two types, not the stack policy. A release may remove a route and with it its log group, and
 * a rollback restores a former subscription.
 */
const byComparisonAlone = ['AWS::Logs::LogGroup', 'AWS::SNS::Subscription']

const denyLoss = (Resource: string | readonly string[], Condition?: object) => ({
  Effect: 'Deny',
  Principal: '*',
  Action: ['Update:Replace', 'Update:Delete'],
  Resource,
  ...(Condition && { Condition }),
})

/** The stack policy: CloudFormation itself refuses an update that would replace or delete one of these. */
export const stackPolicy = [
  { Effect: 'Allow', Principal: '*', Action: ['Update:*'], Resource: '*' },
  denyLoss('*', {
    StringEquals: {
      ResourceType: Object.keys(keptTypes).filter((type) => !byComparisonAlone.includes(type)),
    },
  }),
  // These two hold what administrators did and the requests of every route. No release removes them.
  denyLoss(['LogicalResourceId/CommandLineLogGroup', 'LogicalResourceId/HttpApiLogGroup']),
]
