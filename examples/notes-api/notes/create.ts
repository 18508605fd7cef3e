import { randomUUID } from 'node:crypto'
import type { APIGatewayProxyEventV2WithLambdaAuthorizer } from 'aws-lambda'
import type { Caller } from './caller.ts'
import { addNote } from './store.ts'

export const handler = async ({
  requestContext,
  body,
}: APIGatewayProxyEventV2WithLambdaAuthorizer<Caller>) => {
  const text = textOf(body)
  if (!text)
    return { statusCode: 400, body: JSON.stringify({ message: 'text must have 1 to 1000 characters' }) }
  const createdAt = new Date().toISOString()
  // Ids begin with the time, so that a query finds the newest first.
  const noteId = `${createdAt.replace(/\D/g, '')}-${randomUUID()}`
  const note = { noteId, text, createdAt }
  await addNote(requestContext.authorizer.lambda.userId, note)
  return { statusCode: 201, body: JSON.stringify(note) }
}

function textOf(body = ''): string | undefined {
  try {
    const { text } = JSON.parse(body)
    return typeof text === 'string' && text.length <= 1000 ? text.trim() : undefined
  } catch {
    return undefined
  }
}
