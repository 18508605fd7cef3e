import { Refusal } from '../domain/refusal.ts'

/**
 * The CSRF defence of a request that acts by its cookie, and all of it, as a request may have no body: it must come from a
 * page that we know. Refuses with `origin_not_allowed`, also where the browser's word is missing.
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
