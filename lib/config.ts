import { LONGEST_ACCESS_TOKEN_SECONDS, LONGEST_SESSION_SECONDS } from './domain/lifetimes.ts'
import { type Budget, type LimitName, limits, settingOf } from './domain/limits.ts'
import { DEFAULT_LEAST_LENGTH } from './domain/password-length.ts'
import { notifications, type Policy } from './domain/policy.ts'
import { type TableNames, tables } from './domain/tables.ts'
import {
  asIs,
  budget,
  configurationSet,
  digests,
  endpoint,
  httpAddress,
  issuer,
  keysPath,
  notificationList,
  optional,
  origins,
  productName,
  senderAddress,
  tableName,
  truth,
  whole,
} from './setting-formats.ts'

/** One row of settings; `.env.example` says what each means. `localOnly` ones never reach a deployed function. */
export interface Setting<T> {
  readonly env: string
  readonly default?: string
  readonly localOnly?: true
  /** Turns the text into the value, or throws a sentence that does not quote it. */
  read(text: string): T
}
export type Settings = { readonly [name: string]: Setting<unknown> }
export type ValuesOf<S extends Settings> = { readonly [K in keyof S]: ReturnType<S[K]['read']> }
export type Env = Readonly<Record<string, string | undefined>>
export const setting = <T>(row: Setting<T>): Setting<T> => row

const DAY = 86_400

export const settings = {
  issuer: setting({ env: 'ISSUER', read: issuer }),
  audience: setting({ env: 'AUDIENCE', default: 'cardea', read: asIs }),
  allowedOrigins: setting({ env: 'ALLOWED_ORIGINS', default: '', read: origins }),
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
  refreshGraceSeconds: setting({ env: 'REFRESH_GRACE_SECONDS', default: '60', read: whole(0, 300) }),
  bcryptCost: setting({ env: 'BCRYPT_COST', default: '12', read: whole(10, 15) }),
  mailFrom: setting({ env: 'MAIL_FROM', default: '', read: optional(senderAddress) }),
  mailConfigurationSet: setting({
    env: 'MAIL_CONFIGURATION_SET',
    default: '',
    read: optional(configurationSet),
  }),
  linkBaseUrl: setting({ env: 'LINK_BASE_URL', default: '', read: optional(httpAddress) }),
  productName: setting({ env: 'PRODUCT_NAME', default: 'Cardea', read: productName }),
  requireVerifiedEmail: setting({ env: 'REQUIRE_VERIFIED_EMAIL', default: '', read: optional(truth) }),
  unconfirmedAccountDays: setting({ env: 'UNCONFIRMED_ACCOUNT_DAYS', default: '14', read: whole(2, 365) }),
  emailLogin: setting({ env: 'EMAIL_LOGIN', default: 'false', read: truth }),
  notifications: setting({ env: 'NOTICES', default: notifications.join(','), read: notificationList }),
  passwordMinLength: setting({
    env: 'PASSWORD_MIN_LENGTH',
    default: String(DEFAULT_LEAST_LENGTH),
    // ASVS 6.2.1 and 6.2.9: at least 8, and 64 must be enough.
    read: whole(8, 64),
  }),
  pwnedPasswordsUrl: setting({ env: 'PWNED_PASSWORDS_URL', default: '', read: optional(httpAddress) }),
  trustedProxySecrets: setting({ env: 'TRUSTED_PROXY_SECRET_HASH', default: '', read: digests }),
  trustedBackendSecrets: setting({ env: 'TRUSTED_BACKEND_SECRET_HASH', default: '', read: digests }),
  ...limitSettings(),
  keysPath: setting({ env: 'KEYS_PATH', default: '/cardea/local', read: keysPath }),
  keyRotationDays: setting({ env: 'KEY_ROTATION_DAYS', default: '30', read: whole(7, 365) }),
  ...tableSettings(),
  port: setting({ env: 'PORT', localOnly: true, default: '3000', read: whole(1, 65_535) }),
  localFolder: setting({ env: 'LOCAL_FOLDER', localOnly: true, default: '.cardea', read: asIs }),
  mailboxPort: setting({ env: 'MAILBOX_PORT', localOnly: true, default: '8005', read: whole(1, 65_535) }),
  sesEndpoint: setting({ env: 'SES_ENDPOINT', localOnly: true, default: '', read: optional(endpoint) }),
  dynamodbEndpoint: setting({
    env: 'DYNAMODB_ENDPOINT',
    localOnly: true,
    default: '',
    read: optional(endpoint),
  }),
  ssmEndpoint: setting({ env: 'SSM_ENDPOINT', localOnly: true, default: '', read: optional(endpoint) }),
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

/** A setting for the name of each table. */
function tableSettings(): { readonly [K in keyof TableNames]: Setting<string> } {
  const rows = Object.entries(tables).map(([key, name]) => [
    key,
    { env: settingOf(key), default: `cardea-local-${name}`, read: tableName },
  ])
  return Object.fromEntries(rows)
}
