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
  'AWS::Logs::LogGroup': {
    noun: 'log group',
    replacedBy: ['LogGroupName'],
    namedBy: 'LogGroupName',
    lost: 'its lines would be deleted',
  },
}

/** The settings that name the tables of lib/storage/tables.yml. */
export const tableSettings: Readonly<Record<string, string>> = {
  UsersTable: 'USERS_TABLE',
  SessionsTable: 'SESSIONS_TABLE',
  RefreshTokenDenylistTable: 'REFRESH_TOKEN_DENYLIST_TABLE',
}

/** Settings of functions on which tokens and passwords depend, and what another value does. */
export const keptSettings: Readonly<Record<string, string>> = {
  ISSUER:
    'the issuer of tokens would change: access tokens and every service that trusts them would be refused',
  AUDIENCE: 'the audience of tokens would change: other services would refuse them',
  KEYS_PATH: 'keys would be read from another path: every token and every password would be void',
}

/**
 * The stack policy: CloudFormation itself refuses an update that would replace or delete one of these. A release may remove a
 * route and with it a log group, so the comparison alone keeps log groups.
 */
export const stackPolicy: readonly object[] = [
  { Effect: 'Allow', Principal: '*', Action: ['Update:*'], Resource: '*' },
  {
    Effect: 'Deny',
    Principal: '*',
    Action: ['Update:Replace', 'Update:Delete'],
    Resource: '*',
    Condition: {
      StringEquals: { ResourceType: Object.keys(keptTypes).filter((type) => type !== 'AWS::Logs::LogGroup') },
    },
  },
]
