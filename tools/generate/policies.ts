/** A resource in the account and region of the stack. CloudFormation completes the ARN. */
export const arn = (service: string, resource: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`,
})

/** One statement of a policy. */
export const allow = (Action: readonly string[], Resource: unknown, Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
})

/** The name of a stage's permissions boundary. Each region has one. */
export const boundaryName = (service: string, stage: string): string =>
  `${service}-${stage}-boundary-\${AWS::Region}`

/** The actions with which Lambda reads a stream. */
export const streamActions = [
  'dynamodb:DescribeStream',
  'dynamodb:GetRecords',
  'dynamodb:GetShardIterator',
  'dynamodb:ListStreams',
]
