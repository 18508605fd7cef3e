import { createHash } from 'node:crypto'
import type { MiddlewareObj } from '@middy/core'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { withoutBlanks } from './whitespace.ts'

/** Gives a cacheable answer an ETag, and answers 304 to a client that has it (RFC 9110 8.8.3, 15.4.5). */
export function etag(): MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
  return {
    after({ event, response }) {
      if (response?.statusCode !== 200 || response.body === undefined) return
      const tag = `"${createHash('sha256').update(response.body).digest('base64url').slice(0, 22)}"`
      response.headers = { ...response.headers, ETag: tag }
      const known = (event.headers['if-none-match'] ?? '')
        .split(',')
        .map((each) => withoutBlanks(each).replace(/^W\//, ''))
      if (!known.includes(tag) && !known.includes('*')) return
      response.statusCode = 304
      delete response.body
      delete response.headers['Content-Type']
    },
  }
}
