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
 * Removes the secrets from the event. Refuses with `untrusted_proxy`, in which case `sourceIp` stays the sender's.
 */
export function readClientAddress(
  { headers = {}, requestContext }: Request,
  { trustedProxySecrets, trustedBackendSecrets }: TrustedProxies,
): void {
  const proxySecret = taken(headers, 'cardea-proxy-secret')
  const backendSecret = taken(headers, 'cardea-backend-secret')
  if (trustedBackendSecrets.length > 0 && backendSecret !== undefined) {
    check(backendSecret, trustedBackendSecrets)
    requestContext.http.sourceIp = addressIn(headers, 'cardea-client-address', (text) => text)
  } else if (trustedProxySecrets.length > 0) {
    check(proxySecret, trustedProxySecrets)
    requestContext.http.sourceIp = addressIn(headers, 'cloudfront-viewer-address', withoutPort)
  }
}

/** Digests have one length, and what is compared tells nothing of a secret. */
function check(secret: string | undefined, digests: readonly Buffer[]): void {
  const presented = createHash('sha256')
    .update(secret ?? '')
    .digest()
  const equal = digests.map((digest) => timingSafeEqual(digest, presented))
  if (!equal.includes(true) || (secret ?? '').length < SECRET_LENGTH) throw new Refusal('untrusted_proxy')
}

/** The sender is trusted, and so may learn what is wrong. An address of many clients would share their limits. */
function addressIn(headers: Headers, name: string, read: (text: string) => string): string {
  const address = read(valuesOf(headers, name).join())
  if (isIP(address) > 0 && !address.includes('%')) return address
  throw new Refusal('untrusted_proxy', {
    issues: [{ path: name, message: 'must be the IP address of the client' }],
  })
}

/** CloudFront writes the port behind the address, and no brackets around one of IPv6. */
const withoutPort = (text: string): string =>
  /^(.+):\d{1,5}$/.exec(text)?.[1]?.replace(/^\[(.+)\]$/, '$1') ?? ''

type Headers = NonNullable<Request['headers']>

/** Names in any case, as local gateways leave them. What was sent twice is joined by commas, and so is neither secret nor address. */
const namesOf = (headers: Headers, name: string) =>
  Object.keys(headers).filter((each) => each.toLowerCase() === name)
const valuesOf = (headers: Headers, name: string) => namesOf(headers, name).map((each) => headers[each])

function taken(headers: Headers, name: string): string | undefined {
  const values = valuesOf(headers, name)
  for (const each of namesOf(headers, name)) delete headers[each]
  return values.length > 0 ? values.join() : undefined
}
