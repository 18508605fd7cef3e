import type { MiddlewareObj } from '@middy/core'
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda'

/** What a browser may do with an answer that is data and never a page (ASVS 3.4.1, 3.4.4 to 3.4.6): nothing. */
const headers = {
  'Strict-Transport-Security': 'max-age=63072000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
}

/** Constants need no package, and `@middy/http-security-headers` is 5 KB of every bundle. */
export function securityHeaders(): MiddlewareObj<unknown, APIGatewayProxyStructuredResultV2> {
  const add = ({ response }: { response?: APIGatewayProxyStructuredResultV2 | null | undefined }) => {
    if (response) response.headers = { ...headers, ...response.headers }
  }
  return { after: add, onError: add }
}
