import { LONGEST_ACCESS_TOKEN_SECONDS, LONGEST_SESSION_SECONDS } from './domain/lifetimes.ts'
import { type Budget, type LimitName, limits, settingOf } from './domain/limits.ts'
import { DEFAULT_LEAST_LENGTH } from './domain/password-length.ts'
import { type Notification, notifications, type Policy } from './domain/policy.ts'

/** One row of settings; `.env.example` says what each means. `laptop` ones never reach a deployed function. */
export interface Setting<T> {
  readonly env: string
  readonly default?: string
  readonly laptop?: true
  /** Turns the text into the value, or throws a sentence that does not quote it. */
  read(text: string): T
}
export type Settings = { readonly [name: string]: Setting<unknown> }
export type ValuesOf<S extends Settings> = { readonly [K in keyof S]: ReturnType<S[K]['read']> }
export type Env = Readonly<Record<string, string | undefined>>
export const setting = <T>(row: Setting<T>): Setting<T> => row

const DAY = 86_400

export const settings = {
  issuer: setting({
    env: 'ISSUER',
    read: issuer,
  }),
  audience: setting({
    env: 'AUDIENCE',
    default: 'cardea',
    read: asIs,
  }),
  allowedOrigins: setting({
    env: 'ALLOWED_ORIGINS',
    default: '',
    read: origins,
  }),
  accessTokenSeconds: setting({
    env: 'ACCESS_TOKEN_SECONDS',
    default: '900',
    read: whole(60, LONGEST_ACCESS_TOKEN_SECONDS),
  }),
  sessionIdleSeconds: setting({
    env: 'SESSION_IDLE_SECONDS',
    default: String(14 * DAY),
    read: whole(300, 30 * DAY),
  }),
  sessionAbsoluteSeconds: setting({
    env: 'SESSION_ABSOLUTE_SECONDS',
    default: String(30 * DAY),
    read: whole(300, LONGEST_SESSION_SECONDS),
  }),
  refreshGraceSeconds: setting({
    env: 'REFRESH_GRACE_SECONDS',
    default: '60',
    read: whole(0, 300),
  }),
  bcryptCost: setting({
    env: 'BCRYPT_COST',
    default: '12',
    read: whole(10, 15),
  }),
  mailFrom: setting({
    env: 'MAIL_FROM',
    default: '',
    read: optional(senderAddress),
  }),
  mailConfigurationSet: setting({
    env: 'MAIL_CONFIGURATION_SET',
    default: '',
    read: optional(configurationSet),
  }),
  linkBaseUrl: setting({
    env: 'LINK_BASE_URL',
    default: '',
    read: optional(httpAddress),
  }),
  productName: setting({
    env: 'PRODUCT_NAME',
    default: 'Cardea',
    read: productName,
  }),
  requireVerifiedEmail: setting({
    env: 'REQUIRE_VERIFIED_EMAIL',
    default: '',
    read: optional(truth),
  }),
  unconfirmedAccountDays: setting({
    env: 'UNCONFIRMED_ACCOUNT_DAYS',
    default: '14',
    read: whole(2, 365),
  }),
  emailLogin: setting({
    env: 'EMAIL_LOGIN',
    default: 'false',
    read: truth,
  }),
  notifications: setting({
    env: 'NOTICES',
    default: notifications.join(','),
    read: notificationList,
  }),
  passwordMinLength: setting({
    env: 'PASSWORD_MIN_LENGTH',
    default: String(DEFAULT_LEAST_LENGTH),
    // ASVS 6.2.1 and 6.2.9: at least 8, and 64 must be enough.
    read: whole(8, 64),
  }),
  pwnedPasswordsUrl: setting({
    env: 'PWNED_PASSWORDS_URL',
    default: '',
    read: optional(httpAddress),
  }),
  trustedProxySecrets: setting({
    env: 'TRUSTED_PROXY_SECRET_HASH',
    default: '',
    read: digests,
  }),
  trustedBackendSecrets: setting({
    env: 'TRUSTED_BACKEND_SECRET_HASH',
    default: '',
    read: digests,
  }),
  ...limitSettings(),
  keysPath: setting({
    env: 'KEYS_PATH',
    default: '/cardea/local',
    read: keysPath,
  }),
  keyRotationDays: setting({
    env: 'KEY_ROTATION_DAYS',
    default: '30',
    read: whole(7, 365),
  }),
  usersTable: setting({
    env: 'USERS_TABLE',
    default: 'cardea-local-users',
    read: tableName,
  }),
  sessionsTable: setting({
    env: 'SESSIONS_TABLE',
    default: 'cardea-local-sessions',
    read: tableName,
  }),
  refreshTokenDenylistTable: setting({
    env: 'REFRESH_TOKEN_DENYLIST_TABLE',
    default: 'cardea-local-refresh-token-denylist',
    read: tableName,
  }),
  port: setting({
    env: 'PORT',
    laptop: true,
    default: '3000',
    read: whole(1, 65_535),
  }),
  localFolder: setting({
    env: 'LOCAL_FOLDER',
    laptop: true,
    default: '.cardea',
    read: asIs,
  }),
  mailboxPort: setting({
    env: 'MAILBOX_PORT',
    laptop: true,
    default: '8005',
    read: whole(1, 65_535),
  }),
  sesEndpoint: setting({
    env: 'SES_ENDPOINT',
    laptop: true,
    default: '',
    read: optional(endpoint),
  }),
  dynamodbEndpoint: setting({
    env: 'DYNAMODB_ENDPOINT',
    laptop: true,
    default: '',
    read: optional(endpoint),
  }),
  ssmEndpoint: setting({
    env: 'SSM_ENDPOINT',
    laptop: true,
    default: '',
    read: optional(endpoint),
  }),
}

export type Config = ValuesOf<typeof settings>

/** Reads every setting. @throws one error that names all that is wrong, quoting nothing. */
export function readConfig(env: Env): Config {
  const { values, problems } = readSettings(settings, env)
  problems.push(...contradictions(env))
  if (problems.length > 0) throw new Error(`Wrong settings: ${problems.join('; ')}`)
  return values
}

/** The values of a table of settings, and what is wrong with them; an empty one counts as absent. */
export function readSettings<S extends Settings>(
  table: S,
  env: Env,
): { readonly values: ValuesOf<S>; readonly problems: string[] } {
  const problems: string[] = []
  const read = Object.entries(table).map(([name, row]) => {
    const text = env[row.env]?.trim() || row.default
    try {
      if (text === undefined) throw new Error('must be set')
      return [name, row.read(text)]
    } catch (error) {
      problems.push(`${row.env} ${(error as Error).message}`)
      return [name, undefined]
    }
  })
  return { values: Object.fromEntries(read), problems }
}

/** Settings that are right alone, and cannot work together. */
export function contradictions(env: Env): string[] {
  if (env.MAIL_FROM?.trim()) {
    return env.LINK_BASE_URL?.trim() ? [] : ['LINK_BASE_URL must be set with MAIL_FROM']
  }
  return [
    ...(env.REQUIRE_VERIFIED_EMAIL?.trim() === 'true'
      ? ['REQUIRE_VERIFIED_EMAIL needs MAIL_FROM: nobody could verify an email']
      : []),
    ...(env.EMAIL_LOGIN?.trim() === 'true' ? ['EMAIL_LOGIN needs MAIL_FROM'] : []),
  ]
}

/** What settings decide; with a sender, emails are verified unless REQUIRE_VERIFIED_EMAIL says otherwise. */
export function policyOf({
  mailFrom,
  requireVerifiedEmail,
  unconfirmedAccountDays,
  emailLogin,
  notifications,
  passwordMinLength,
  productName,
}: Config): Policy {
  const sendsMail = mailFrom !== undefined
  return {
    sendsMail,
    requireVerifiedEmail: requireVerifiedEmail ?? sendsMail,
    unconfirmedAccountDays,
    emailLogin,
    notifications,
    passwordMinLength,
    productName,
  }
}

/** Whether this process is a function that serves: its settings and keys are then read while it initialises. */
export const isServing = (): boolean => Boolean(process.env.AWS_LAMBDA_FUNCTION_NAME)

/** Where this function runs; Lambda says so by itself. */
export const region = (): string => process.env.AWS_REGION ?? ''

let read: Config | undefined
/** The settings of this process, read on first use: importing a door needs none. */
export function config(): Config {
  read ??= readConfig(process.env)
  return read
}

/** Under what name a stage counts its metrics: Lambda calls its functions `<service>-<stage>-<function>`. */
export const metricsNamespace = (): string =>
  process.env.AWS_LAMBDA_FUNCTION_NAME?.replace(/-[^-]*$/, '') ?? 'cardea-local'

function asIs(text: string): string {
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

/** A setting for each limit. */
function limitSettings(): { readonly [K in LimitName]: Setting<Budget> } {
  const rows = Object.entries(limits).map(([name, { most, seconds }]) => [
    name,
    setting({
      env: settingOf(name),
      default: `${most}/${seconds}`,
      read: budget,
    }),
  ])
  return Object.fromEntries(rows)
}

function budget(text: string): Budget {
  const [, most, seconds] = /^([1-9]\d{0,6})\/([1-9]\d{0,5})$/.exec(text) ?? []
  if (most && seconds) return { most: Number(most), seconds: Number(seconds) }
  throw new Error(
    'must be a whole number from 1 to 9999999, a slash, and a whole number of seconds from 1 to 999999, such as 10/3600',
  )
}

function keysPath(text: string): string {
  if (/^(?:\/[\w.-]+)+$/.test(text)) return text
  throw new Error('must be a path such as /cardea/prod')
}

/** A bare address: the name beside it is the product's. IAM tells upper case from lower, and SES keeps domains in lower. */
export function senderAddress(text: string): string {
  if (/^[\w.+-]+@[a-z\d-]+(?:\.[a-z\d-]+)+$/.test(text)) return text
  throw new Error('must be a bare email address, without a name, and its domain in lower case')
}

function tableName(text: string): string {
  if (/^[\w.-]{3,255}$/.test(text)) return text
  throw new Error('must be a name that DynamoDB takes: 3 to 255 letters, digits, and _.-')
}

function endpoint(text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text
  throw new Error('must be an address such as http://localhost:8000')
}

function configurationSet(text: string): string {
  if (/^[\w-]{1,64}$/.test(text)) return text
  throw new Error('must be the name of a configuration set of SES')
}

/** Two while a secret is changed. What is not a digest may be the secret itself, which no environment should hold. */
function digests(text: string): readonly Buffer[] {
  const listed = text === '' ? [] : text.split(',').map((each) => each.trim())
  if (listed.length <= 2 && listed.every((each) => /^[\da-f]{64}$/.test(each)))
    return listed.map((each) => Buffer.from(each, 'hex'))
  throw new Error('must be the SHA-256 of the secret in hex, or two with a comma')
}

function productName(text: string): string {
  if (text.length <= 60 && !/\p{Cc}/u.test(text)) return text
  throw new Error('must have 60 characters at most, on one line')
}

function notificationList(text: string): readonly Notification[] {
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

function httpAddress(text: string): string {
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

function issuer(text: string): string {
  if (isAddress(text) && !text.endsWith('/')) return text
  throw new Error('must be an https address (http on localhost) with nothing after it, not even a slash')
}

/**
 * Exact origins only: `*` and `null` would let in anyone (OWASP HTML5 Security Cheat Sheet, CORS). API Gateway's CORS takes
 * http and https alone (`Invalid format for origin capacitor://localhost`), and a deployment with another one rolls back.
 */
function origins(text: string): readonly string[] {
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
