import type { APIGatewayProxyEventV2WithLambdaAuthorizer } from 'aws-lambda'
import type { Caller } from './caller.ts'
import { deleteNote } from './store.ts'

export const handler = async ({
  requestContext,
  pathParameters,
}: APIGatewayProxyEventV2WithLambdaAuthorizer<Caller>) => {
  await deleteNote(requestContext.authorizer.lambda.userId, pathParameters?.noteId ?? '')
  return { statusCode: 204 }
}
