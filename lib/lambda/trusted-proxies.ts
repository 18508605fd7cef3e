import { createHash, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import { Refusal } from '../domain/refusal.ts'

/** Who is believed about the address of a client: SHA-256 digests of the secrets that they show. */
export interface TrustedProxies {
  /** Of the CDN in front. With one, no other sender is answered. */
  readonly trustedProxySecrets: readonly Buffer[]
  /** Of back ends that call for their visitors, through the CDN or past it. */
  readonly trustedBackendSecrets: readonly Buffer[]
}

interface Request {
  readonly headers?: { [name: string]: string | undefined }
  readonly requestContext: { readonly http: { sourceIp: string } }
}

/** 32 random bytes in base64url. A shorter secret could be found from its digest, which is no secret. */
const SECRET_LENGTH = 43

/**
 * Puts the address of the client in the place of the sender's, where a trusted proxy says it: all that reads `sourceIp`
 * afterwards reads the client's. The two kinds have headers of their own, as a CDN also hands on what its viewers send.
 * Removes these headers from the event. Refuses with `untrusted_proxy`, in which case `sourceIp` stays the sender's.
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

/** Digests have one length, and what is compared tells nothing of a secret. */
function check(secret = '', digests: readonly Buffer[]): void {
  const presented = createHash('sha256').update(secret).digest()
  const equal = digests.map((digest) => timingSafeEqual(digest, presented))
  if (!equal.includes(true) || secret.length < SECRET_LENGTH) throw new Refusal('untrusted_proxy')
}

/** The sender is trusted, and so may learn what is wrong. An address of many clients would share their limits. */
function addressOf(address = '', path: string): string {
  if (isIP(address) > 0 && !address.includes('%')) return address
  throw new Refusal('untrusted_proxy', { issues: [{ path, message: 'must be one IP address' }] })
}

/** CloudFront writes the port behind the address, and no brackets around one of IPv6. */
const withoutPort = (text = ''): string | undefined =>
  /^(.+):\d{1,5}$/.exec(text)?.[1]?.replace(/^\[(.+)\]$/, '$1')

/** Names in any case, as local gateways leave them. What was sent twice is joined by commas, and so is neither secret nor address. */
function take(headers: NonNullable<Request['headers']>, name: string): string | undefined {
  const names = Object.keys(headers).filter((each) => each.toLowerCase() === name)
  const values = names.map((each) => headers[each])
  for (const each of names) delete headers[each]
  return values.length > 0 ? values.join() : undefined
}
