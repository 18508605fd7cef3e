import type { APIGatewayProxyEventV2WithLambdaAuthorizer } from 'aws-lambda'
import type { Caller } from './caller.ts'
import { listNotes } from './store.ts'

export const handler = async ({ requestContext }: APIGatewayProxyEventV2WithLambdaAuthorizer<Caller>) => ({
  notes: await listNotes(requestContext.authorizer.lambda.userId),
})
