import { gunzipSync } from 'node:zlib'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { isKnown } from '../lambda/etag.ts'

export type Answer = APIGatewayProxyStructuredResultV2

export const SECURITY = {
  'Strict-Transport-Security': 'max-age=63072000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
}

/** Sends compressed content as it is, or unpacked to a client that does not take gzip. */
export function compressed(
  event: APIGatewayProxyEventV2,
  { content, headers }: { content: Buffer; headers: Record<string, string> & { readonly ETag: string } },
): Answer {
  if (isKnown(event, headers.ETag)) {
    const { 'Content-Type': _, ...kept } = headers
    return { statusCode: 304, headers: { ...SECURITY, ...kept } }
  }
  const takesGzip = /(?:^|[,\s])gzip(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(
    event.headers['accept-encoding'] ?? '',
  )
  return {
    statusCode: 200,
    headers: { ...SECURITY, ...headers, ...(takesGzip && { 'Content-Encoding': 'gzip' }) },
    body: (takesGzip ? content : gunzipSync(content)).toString('base64'),
    isBase64Encoded: true,
  }
}

export const redirectTo = (location: string): Answer => ({
  statusCode: 302,
  headers: { ...SECURITY, Location: location, 'Cache-Control': 'no-store' },
})

export const notFound = (): Answer => ({
  statusCode: 404,
  headers: { ...SECURITY, 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' },
  body: 'Not found',
})
