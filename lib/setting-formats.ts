import type { Budget } from './domain/limits.ts'
import { type Notification, notifications } from './domain/policy.ts'

// The forms of settings: each function turns a text into its value, or throws a sentence that does not quote the text.

export function asIs(text: string): string {
  return text
}

/** `undefined` for an empty text. */
export function optional<T>(read: (text: string) => T): (text: string) => T | undefined {
  return (text) => (text === '' ? undefined : read(text))
}

export function truth(text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  throw new Error('must be true or false')
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

/** A bare address: the name beside it is the product's. IAM tells upper case from lower, and SES keeps domains in lower. */
export function senderAddress(text: string): string {
  if (/^[\w.+-]+@[a-z\d-]+(?:\.[a-z\d-]+)+$/.test(text)) return text
  throw new Error('must be a bare email address, without a name, and its domain in lower case')
}

export function tableName(text: string): string {
  if (/^[\w.-]{3,255}$/.test(text)) return text
  throw new Error('must be a name that DynamoDB takes: 3 to 255 letters, digits, and _.-')
}

export function endpoint(text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text
  throw new Error('must be an address such as http://localhost:8000')
}

export function configurationSet(text: string): string {
  if (/^[\w-]{1,64}$/.test(text)) return text
  throw new Error('must be the name of a configuration set of SES')
}

/** Two while a secret is changed. What is not a digest may be the secret itself, which no environment should hold. */
export function digests(text: string): readonly Buffer[] {
  const listed = text === '' ? [] : text.split(',').map((each) => each.trim())
  if (listed.length <= 2 && listed.every((each) => /^[\da-f]{64}$/.test(each)))
    return listed.map((each) => Buffer.from(each, 'hex'))
  throw new Error('must be the SHA-256 of the secret in hex, or two with a comma')
}

export function productName(text: string): string {
  if (text.length <= 60 && !/\p{Cc}/u.test(text)) return text
  throw new Error('must have 60 characters at most, on one line')
}

export function notificationList(text: string): readonly Notification[] {
  const named = text === 'none' ? [] : text.split(',').map((each) => each.trim())
  const known = notifications.filter((notice) => named.includes(notice))
  if (known.length === named.length) return known
  throw new Error(`must be none, or some of ${notifications.join(',')}`)
}

/** Whether a text is an https address, or http on this machine, that ends with its path. */
function isAddress(text: string): boolean {
  const url = URL.parse(text)
  const isLocal = url?.protocol === 'http:' && /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname)
  return (url?.protocol === 'https:' || isLocal) && !url?.search && !url?.hash
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
  throw new Error('must be an https address (http on localhost) with nothing after it, not even a slash')
}

/**
 * Exact origins only: `*` and `null` would let in anyone (OWASP HTML5 Security Cheat Sheet, CORS). API Gateway's CORS takes
 * http and https alone (`Invalid format for origin capacitor://localhost`), and a deployment with another one rolls back.
 */
export function origins(text: string): readonly string[] {
  const listed = text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
  if (listed.some((each) => /^(?!https?:)[a-z][a-z\d+.-]*:\/\//i.test(each)))
    throw new Error(
      'must be origins of http or https: API Gateway allows no scheme of an app, such as capacitor:// or chrome-extension://; let the app send its requests natively, with the refresh token in the body',
    )
  if (listed.every((each) => URL.parse(each)?.origin === each && !each.includes('*'))) return listed
  throw new Error('must be origins such as https://app.example.com, separated by commas')
}
