import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { Refusal } from '../domain/refusal.ts'

/**
 * The CSRF protection of requests with a cookie: they must come from a known page. There is no other protection, because a
 * request without a body has no content type. Refuses with `origin_not_allowed`, also if the browser sends neither header.
 * OWASP CSRF Prevention Cheat Sheet; ASVS 3.5.1.
 */
export function checkOrigin(
  headers: { readonly [name: string]: string | undefined },
  known: { readonly issuer: string; readonly allowedOrigins: readonly string[] },
): void {
  const site = headers['sec-fetch-site']
  const { origin } = headers
  const isKnown = origin === new URL(known.issuer).origin || known.allowedOrigins.includes(origin ?? '')

  if (site === 'cross-site') throw new Refusal('origin_not_allowed')
  if (origin !== undefined && !isKnown) throw new Refusal('origin_not_allowed')
  if (origin === undefined && site !== 'same-origin') throw new Refusal('origin_not_allowed')
}

/**
 * The same for a login whose answer sets the cookie. Only browsers keep one, and they send one of the two headers. A token in the body
 * is of no use to a foreign page, which cannot read the answer.
 */
export function checkLoginOrigin(
  { headers, body }: Pick<APIGatewayProxyEventV2, 'headers'> & { readonly body?: unknown },
  known: Parameters<typeof checkOrigin>[1],
): void {
  const isOfBrowser = headers.origin !== undefined || headers['sec-fetch-site'] !== undefined
  const { transport } = (body ?? {}) as { transport?: unknown }
  if (isOfBrowser && transport !== 'body') checkOrigin(headers, known)
}
