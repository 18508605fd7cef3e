import type { Resource } from './weakened-resources.ts'

const PREFIX = 'AuthorizerCaller'

/**
 * Lets APIs of other stacks use our authorizer: the export of its ARN, and a permission for each caller of AUTHORIZER_CALLERS.
 * Those stacks cannot add the permission themselves, because it belongs to the function.
 */
export function sharedAuthorizer(service: string, stage: string, callers: readonly string[]) {
  const FunctionName = { 'Fn::GetAtt': ['AuthorizerAccessTokenLambdaFunction', 'Arn'] }
  const permissions = callers.map((caller) => [
    `${PREFIX}${caller.replace(/[^a-z\d]/gi, '')}`,
    {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        FunctionName,
        Action: 'lambda:InvokeFunction',
        Principal: 'apigateway.amazonaws.com',
        SourceArn: sourceArn(caller),
      },
    },
  ])
  return {
    Resources: Object.fromEntries(permissions),
    Outputs: {
      AuthorizerArn: {
        Description: 'The authorizer, for APIs of other stacks: docs/your-own-api.md',
        Value: FunctionName,
        Export: { Name: `${service}-${stage}-authorizer` },
      },
    },
  }
}

/** The authorizers of an API: of this account and region if only its id is given. */
const sourceArn = (caller: string): string | object =>
  caller.startsWith('arn:')
    ? `${caller}/authorizers/*`
    : {
        'Fn::Sub': `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:${caller}/authorizers/*`,
      }

/** The id of the API that a resource permits to use the authorizer. */
export const callerOf = (id: string, { Properties }: Resource): string | undefined =>
  id.startsWith(PREFIX)
    ? /:([^:]+)\/authorizers\//.exec(JSON.stringify(Properties?.SourceArn))?.[1]
    : undefined
