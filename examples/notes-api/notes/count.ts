import type { APIGatewayProxyEventV2WithJWTAuthorizer } from 'aws-lambda'
import { rolesOf } from './roles.ts'
import { countNotes } from './store.ts'

/** For administrators. A former administrator may read this number until the token expires, which does no harm. */
export const handler = async ({
  requestContext,
  pathParameters,
}: APIGatewayProxyEventV2WithJWTAuthorizer) => {
  if (!rolesOf(requestContext.authorizer.jwt.claims).includes('admin'))
    return { statusCode: 403, body: JSON.stringify({ message: 'This needs the role admin' }) }
  return { count: await countNotes(pathParameters?.userId ?? '') }
}
