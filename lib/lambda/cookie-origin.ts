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
