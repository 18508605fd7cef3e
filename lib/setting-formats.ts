import { contrast } from './colors.ts'
import type { Budget } from './domain/limits.ts'
import { type Notification, notifications } from './domain/policy.ts'

// The formats of settings. Each function converts a text into its value, or throws an error that does not quote the text.

export function asIs(text: string): string {
  return text
}

/** Returns `undefined` for an empty text. */
export function optional<T>(read: (text: string) => T): (text: string) => T | undefined {
  return (text) => (text === '' ? undefined : read(text))
}

export function truth(text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  throw new Error('must be true or false')
}

/** One of these words. */
export const oneOf =
  <T extends string>(...words: readonly T[]) =>
  (text: string): T => {
    const found = words.find((each) => each === text)
    if (found) return found
    throw new Error(`must be one of ${words.join(', ')}`)
  }

export function budget(text: string): Budget {
  const [, most, seconds] = /^([1-9]\d{0,6})\/([1-9]\d{0,5})$/.exec(text) ?? []
  if (most && seconds) return { most: Number(most), seconds: Number(seconds) }
  throw new Error(
    'must be a whole number from 1 to 9999999, a slash, and a whole number of seconds from 1 to 999999, such as 10/3600',
  )
}

export function keysPath(text: string): string {
  if (/^(?:\/[\w.-]+)+$/.test(text)) return text
  throw new Error('must be a path such as /cardea/prod')
}

/**
 * A bare address, because PRODUCT_NAME is the display name. Lower case, because IAM compares case-sensitively and SES stores
 * domains in lower case.
 */
export function senderAddress(text: string): string {
  if (/^[\w.+-]+@[a-z\d-]+(?:\.[a-z\d-]+)+$/.test(text)) return text
  throw new Error('must be a bare email address, without a name, and its domain in lower case')
}

export function tableName(text: string): string {
  if (/^[\w.-]{3,255}$/.test(text)) return text
  throw new Error('must be a DynamoDB table name: 3 to 255 of a-z, A-Z, 0-9 and _.-')
}

export function endpoint(text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text
  throw new Error('must be an address such as http://localhost:8000')
}

export function configurationSet(text: string): string {
  if (/^[\w-]{1,64}$/.test(text)) return text
  throw new Error('must be the name of an SES configuration set')
}

/**
 * One digest, or two while a secret is changed. Any other text may be the secret itself, which must not be in an environment.
 */
export function digests(text: string): readonly Buffer[] {
  const listed = text === '' ? [] : text.split(',').map((each) => each.trim())
  if (listed.length <= 2 && listed.every((each) => /^[\da-f]{64}$/.test(each)))
    return listed.map((each) => Buffer.from(each, 'hex'))
  throw new Error('must be the SHA-256 of the secret in hex, or two of them separated by a comma')
}

/** A colour that text can have on white (WCAG 2.2, 1.4.3). */
export function accentColor(text: string): string {
  if (/^#[\da-f]{6}$/i.test(text) && contrast(text, '#ffffff') >= 4.5) return text
  throw new Error('must be a colour #rrggbb with a contrast of 4.5 to white')
}

export function productName(text: string): string {
  if (text.length <= 60 && !/\p{Cc}/u.test(text)) return text
  throw new Error('must have at most 60 characters, on one line')
}

export function notificationList(text: string): readonly Notification[] {
  const named = text === 'none' ? [] : text.split(',').map((each) => each.trim())
  const known = notifications.filter((each) => named.includes(each))
  if (known.length === named.length) return known
  throw new Error(`must be none, or some of ${notifications.join(',')}, separated by commas`)
}

const isHttps = (url: URL | null) => url?.protocol === 'https:'
const isLoopback = (url: URL | null) =>
  url?.protocol === 'http:' && /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname)

/** Whether a text is an https address, or http on this machine, without query and fragment. */
function isAddress(text: string): boolean {
  const url = URL.parse(text)
  return (isHttps(url) || isLoopback(url)) && !url?.search && !url?.hash
}

export function httpAddress(text: string): string {
  if (isAddress(text)) return text.replace(/\/+$/, '')
  throw new Error('must be an https address (http on localhost), without a query')
}

export function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (value >= least && value <= most) return value
    throw new Error(`must be a whole number from ${least} to ${most}`)
  }
}

export function issuer(text: string): string {
  if (isAddress(text) && !text.endsWith('/')) return text
  throw new Error('must be an https address (http on localhost) without a slash at the end')
}

/** A domain without port, in lower case. An address has no passkeys (WebAuthn level 3, 4: RP ID). */
export function relyingPartyId(text: string): string {
  const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
  if (new RegExp(`^(?:localhost|(?:${label}\\.)+(?!\\d+$)${label})$`).test(text)) return text
  throw new Error('must be a domain such as example.com, in lower case')
}

/** The origins of native apps: iOS sends that of its associated domain, Android the SHA-256 of its signing certificate. */
export function passkeyOrigins(text: string): readonly string[] {
  const listed = text.split(',').flatMap((each) => each.trim() || [])
  const isAllowed = (each: string) =>
    /^android:apk-key-hash:[\w-]{43}$/.test(each) || (isAddress(each) && URL.parse(each)?.origin === each)
  if (listed.every(isAllowed)) return listed
  throw new Error(
    'must be origins such as https://example.com or android:apk-key-hash:<43 characters>, separated by commas',
  )
}

/**
 * A letter first, because Lambda and shells accept no other names of variables. Lower case, because the name is part of
 * addresses and of stored identities.
 */
export function providerNames(text: string): readonly string[] {
  const listed = text.split(',').flatMap((each) => each.trim() || [])
  const isName = (each: string) => /^[a-z][a-z\d]{0,29}$/.test(each)
  if (listed.every(isName) && new Set(listed).size === listed.length) return listed
  throw new Error(
    'must be names of at most 30 of a-z and 0-9, a letter first, separated by commas, each once',
  )
}

/**
 * The addresses that a login may return to. Each is written as browsers write it, because it is compared byte for byte (RFC 9700,
 * 4.1.3). It has no fragment, as the code is returned in one. No custom scheme, which any app can claim (RFC 8252, 8.6).
 */
export function socialRedirects(text: string): readonly string[] {
  const listed = text.split(',').flatMap((each) => each.trim() || [])
  const isExact = (each: string) => {
    const url = URL.parse(each)
    const isPlain = !each.includes('#') && !url?.username && !url?.password
    return (isHttps(url) || isLoopback(url)) && isPlain && url?.href === each
  }
  if (listed.every(isExact) && new Set(listed).size === listed.length) return listed
  throw new Error(
    'must be https addresses (http on localhost) as browsers write them, with a path such as /, without fragment, separated by commas, ' +
      'each once',
  )
}

/** As the provider's discovery document and ID tokens write it: some end with a slash (OpenID Connect Discovery 1.0, 4.3). */
export function providerIssuer(text: string): string {
  const url = URL.parse(text)
  if (isAddress(text) && !url?.username && !url?.password && !/\s/.test(text)) return text
  throw new Error('must be an https address (http on localhost), without a query')
}

export function loopbackAddress(text: string): string {
  const url = URL.parse(text)
  if (isLoopback(url) && url?.origin === text) return text
  throw new Error('must be an http address of this machine, such as http://127.0.0.1:9000')
}

export function clientId(text: string): string {
  if (/^[\x21-\x7e]{1,255}$/.test(text)) return text
  throw new Error('must be a client id: at most 255 characters, without spaces')
}

/** The ten characters of a team or of a key. */
export function appleId(text: string): string {
  if (/^[A-Z\d]{10}$/.test(text)) return text
  throw new Error('must be 10 capital letters and digits')
}

/** The id, because the issuer of a token contains it. The words are Microsoft's, for groups of tenants. */
export function tenant(text: string): string {
  if (/^(?:common|organizations|consumers|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/.test(text)) return text
  throw new Error('must be the id of a tenant in lower case, or common, organizations or consumers')
}

/**
 * Exact origins only: `*` and `null` would admit any site (OWASP HTML5 Security Cheat Sheet, CORS). API Gateway's CORS accepts
 * only http and https (`Invalid format for origin capacitor://localhost`); with another scheme, the deployment would roll back.
 */
export function origins(text: string): readonly string[] {
  const listed = text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
  if (listed.some((each) => /^(?!https?:)[a-z][a-z\d+.-]*:\/\//i.test(each)))
    throw new Error(
      'must be http or https origins: API Gateway refuses app schemes such as capacitor:// or chrome-extension://. Let ' +
        'the app send its requests natively, with the refresh token in the body',
    )
  if (listed.every((each) => URL.parse(each)?.origin === each && !each.includes('*'))) return listed
  throw new Error('must be origins such as https://app.example.com, separated by commas')
}
