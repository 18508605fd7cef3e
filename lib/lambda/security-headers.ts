import type { MiddlewareObj } from '@middy/core'
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda'

/** Answers are data, never pages, so a browser may do nothing with them (ASVS 3.4.1, 3.4.4 to 3.4.6). */
const headers = {
  'Strict-Transport-Security': 'max-age=63072000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
}

/** Written here because `@middy/http-security-headers` would add 5 KB to every bundle. */
export function securityHeaders(): MiddlewareObj<unknown, APIGatewayProxyStructuredResultV2> {
  const add = ({ response }: { response?: APIGatewayProxyStructuredResultV2 | null | undefined }) => {
    if (response) response.headers = { ...headers, ...response.headers }
  }
  return { after: add, onError: add }
}
