import { createHash } from 'node:crypto'
import type { MiddlewareObj } from '@middy/core'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { withoutBlanks } from './whitespace.ts'

/** An entity tag that follows from the content (RFC 9110 8.8.3). */
export const tagOf = (content: string | Buffer) =>
  `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`

/** Whether the client has the content with this tag (RFC 9110 13.1.2). */
export function isKnown({ headers }: APIGatewayProxyEventV2, tag: string): boolean {
  const known = (headers['if-none-match'] ?? '').split(',').map(withoutBlanks)
  return known.some((each) => each === '*' || each.replace(/^W\//, '') === tag)
}

/** Gives a cacheable answer an ETag, and answers 304 to a client that has it (RFC 9110 15.4.5). */
export function etag(): MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
  return {
    after({ event, response }) {
      if (response?.statusCode !== 200 || response.body === undefined) return
      const tag = tagOf(response.body)
      response.headers = { ...response.headers, ETag: tag }
      if (!isKnown(event, tag)) return
      response.statusCode = 304
      delete response.body
      delete response.headers['Content-Type']
    },
  }
}
