import { createHash, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import { Refusal } from '../domain/refusal.ts'

/** The senders that may state a client's address, by the SHA-256 digests of their secrets. */
export interface TrustedProxies {
  /** For the CDN in front of the API. If one is set, requests from elsewhere are refused. */
  readonly trustedProxySecrets: readonly Buffer[]
  /** For back ends that call on behalf of their visitors, through the CDN or directly. */
  readonly trustedBackendSecrets: readonly Buffer[]
}

interface Request {
  readonly headers?: { [name: string]: string | undefined }
  readonly requestContext: { readonly http: { sourceIp: string } }
}

/** 32 random bytes in base64url. A shorter secret could be found from its digest, which is not kept secret. */
const SECRET_LENGTH = 43

/**
 * Replaces the sender's address by the client's if a trusted proxy states it, so all later code reads the client's from
 * `sourceIp`. The CDN and back ends use different headers, because a CDN also forwards headers of its viewers. Removes these
 * headers from the event.
 * Refuses with `untrusted_proxy`; `sourceIp` then stays the sender's.
 */
export function readClientAddress(
  { headers = {}, requestContext }: Request,
  { trustedProxySecrets, trustedBackendSecrets }: TrustedProxies,
): void {
  const proxySecret = take(headers, 'cardea-proxy-secret')
  const viewerAddress = take(headers, 'cloudfront-viewer-address')
  const backendSecret = take(headers, 'cardea-backend-secret')
  const clientAddress = take(headers, 'cardea-client-address')
  if (backendSecret !== undefined && trustedBackendSecrets.length > 0) {
    check(backendSecret, trustedBackendSecrets)
    requestContext.http.sourceIp = addressOf(clientAddress, 'cardea-client-address')
  } else if (trustedProxySecrets.length > 0) {
    check(proxySecret, trustedProxySecrets)
    requestContext.http.sourceIp = addressOf(withoutPort(viewerAddress), 'cloudfront-viewer-address')
  }
}

/** Digests have the same length, so the comparison reveals nothing about a secret. */
function check(secret = '', digests: readonly Buffer[]): void {
  const presented = createHash('sha256').update(secret).digest()
  const equal = digests.map((digest) => timingSafeEqual(digest, presented))
  if (!equal.includes(true) || secret.length < SECRET_LENGTH) throw new Refusal('untrusted_proxy')
}

/**
 * The sender is trusted, so the issue may name the cause. A list of addresses is refused, because its clients would share their
 * limits.
 */
function addressOf(address = '', path: string): string {
  if (isIP(address) > 0 && !address.includes('%')) return address
  throw new Refusal('untrusted_proxy', { issues: [{ path, message: 'must be one IP address' }] })
}

/** CloudFront appends the port to the address, without brackets around an IPv6 address. */
const withoutPort = (text = ''): string | undefined =>
  /^(.+):\d{1,5}$/.exec(text)?.[1]?.replace(/^\[(.+)\]$/, '$1')

/**
 * Takes header names in any case, because local gateways do not change it. A header sent twice is joined with commas, which
 * fits neither a secret nor an address.
 */
function take(headers: NonNullable<Request['headers']>, name: string): string | undefined {
  const names = Object.keys(headers).filter((each) => each.toLowerCase() === name)
  const values = names.map((each) => headers[each])
  for (const each of names) delete headers[each]
  return values.length > 0 ? values.join() : undefined
}
