import { createPrivateKey, sign } from 'node:crypto'
import type { Seconds } from '../domain/lifetimes.ts'
import type { MakeProvider } from './provider.ts'

/** Apple allows six months. A new one costs a signature, so it lives no longer than a login needs. */
const SECRET_SECONDS = 300
/** A secret is made again this long before its end. */
const SPARE_SECONDS = 60

/** https://developer.apple.com/documentation/signinwithapplerestapi */
export const apple: MakeProvider = ({ issuer = 'https://appleid.apple.com', clientId, teamId, keyId }) => {
  let made: { readonly from: string; readonly until: Seconds; readonly secret: string } | undefined
  return {
    protocol: 'openid',
    issuer,
    scope: 'openid email name',
    // Apple sends name and email only in a form, to a POST of the callback.
    parameters: { response_mode: 'form_post' },
    // "The claim may be a string or a boolean."
    verifiedEmail: ({ email, email_verified }) =>
      email_verified === true || email_verified === 'true' ? email : undefined,
    accountNames: ({ email }) => [email],
    keepsRefreshToken: true,
    clientSecret(key, now) {
      if (made?.from !== key || made.until - SPARE_SECONDS <= now || made.until > now + SECRET_SECONDS) {
        const until = now + SECRET_SECONDS
        const claims = { iss: teamId, iat: now, exp: until, aud: issuer, sub: clientId }
        made = { from: key, until, secret: es256({ alg: 'ES256', kid: keyId }, claims, key) }
      }
      return made.secret
    },
  }
}

/** A JWT with a signature of ES256 (RFC 7518 3.4). @throws if the key is no private key of P-256. */
function es256(header: object, claims: object, pem: string): string {
  const key = privateKeyOf(pem)
  const text = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })
  return `${text}.${signature.toString('base64url')}`
}

function privateKeyOf(pem: string) {
  try {
    const key = createPrivateKey(pem)
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key
  } catch {
    // The cause could quote the key.
  }
  throw new Error('The secret of apple is no .p8 private key of P-256')
}
