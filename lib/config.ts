/** Longer than 150 lines, because every setting is in one table. */

import { LONGEST_ACCESS_TOKEN_SECONDS, LONGEST_SESSION_SECONDS } from './domain/lifetimes.ts'
import { type Budget, type LimitName, limits, settingOf } from './domain/limits.ts'
import { DEFAULT_LEAST_LENGTH } from './domain/password-length.ts'
import { notifications, type Policy, secondFactorPolicies, signUpPolicies } from './domain/policy.ts'
import type { ProviderSettings } from './domain/provider-settings.ts'
import type { SocialDestinations } from './domain/social-ports.ts'
import { type TableNames, tables } from './domain/table-names.ts'
import { labelIn, providerNamesRow, readProviders } from './provider-rows.ts'
import {
  accentColor,
  asIs,
  budget,
  configurationSet,
  digests,
  endpoint,
  httpAddress,
  issuer,
  keysPath,
  notificationList,
  oneOf,
  optional,
  origins,
  passkeyOrigins,
  productName,
  relyingPartyId,
  senderAddress,
  socialRedirects,
  tableName,
  truth,
  whole,
} from './setting-formats.ts'
import { type Env, readSettings, type Setting, setting, type ValuesOf } from './settings-table.ts'

const DAY = 86_400

/** Every setting but those of single providers, whose names follow from PROVIDERS. */
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
  freshSeconds: setting({ env: 'FRESH_SECONDS', default: '600', read: whole(60, 3600) }),
  bcryptCost: setting({ env: 'BCRYPT_COST', default: '12', read: whole(10, 15) }),
  mailFrom: setting({ env: 'MAIL_FROM', default: '', read: optional(senderAddress) }),
  mailConfigurationSet: setting({
    env: 'MAIL_CONFIGURATION_SET',
    default: '',
    read: optional(configurationSet),
  }),
  linkBaseUrl: setting({ env: 'LINK_BASE_URL', default: '', read: optional(httpAddress) }),
  pages: setting({ env: 'PAGES', default: 'true', read: truth }),
  docs: setting({ env: 'DOCS', default: 'true', read: truth }),
  accentColor: setting({ env: 'ACCENT_COLOR', default: '#1a56db', read: accentColor }),
  productName: setting({ env: 'PRODUCT_NAME', default: 'Cardea', read: productName }),
  requireVerifiedEmail: setting({ env: 'REQUIRE_VERIFIED_EMAIL', default: '', read: optional(truth) }),
  unverifiedAccountDays: setting({ env: 'UNVERIFIED_ACCOUNT_DAYS', default: '14', read: whole(2, 365) }),
  signUp: setting({ env: 'SIGNUP', default: 'open', read: oneOf(...signUpPolicies) }),
  emailLogin: setting({ env: 'EMAIL_LOGIN', default: 'false', read: truth }),
  providerNames: providerNamesRow,
  socialRedirects: setting({ env: 'SOCIAL_REDIRECTS', default: '', read: socialRedirects }),
  passkeyRpId: setting({ env: 'PASSKEY_RP_ID', default: '', read: optional(relyingPartyId) }),
  passkeyOrigins: setting({ env: 'PASSKEY_ORIGINS', default: '', read: passkeyOrigins }),
  secondFactorFor: setting({
    env: 'SECOND_FACTOR_FOR',
    default: 'admin',
    read: oneOf(...secondFactorPolicies),
  }),
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

export interface Config extends ValuesOf<typeof settings> {
  readonly providers: Policy['providers']
}

/** Reads every setting. @throws one error that names every problem without quoting a value. */
export function readConfig(env: Env): Config {
  const { values, problems } = readSettings(settings, env)
  if (problems.length > 0) throw new Error(`Wrong settings: ${problems.join('; ')}`)
  return withProviders(values, env)
}

/** Adds the labels of the providers, whose settings are not in `settings`. */
export const withProviders = <S extends Pick<ValuesOf<typeof settings>, 'providerNames'>>(
  values: S,
  env: Env,
) => ({
  ...values,
  providers: values.providerNames.map((name) => ({ name, label: labelIn(env, name) })),
})

/** Whether this is a developer's machine. Only there the API has an http address. */
export const isLocal = ({ issuer }: Pick<Config, 'issuer'>): boolean => issuer.startsWith('http:')

/** The addresses that a social login may return to: the pages of the API that begin one, and those of the front ends. */
export const socialRedirectsOf = ({
  issuer,
  pages,
  socialRedirects,
}: Pick<Config, 'issuer' | 'pages' | 'socialRedirects'>): readonly string[] =>
  pages ? [`${issuer}/ui/login`, `${issuer}/ui/account`, ...socialRedirects] : socialRedirects

/** The domain that passkeys belong to. */
export const passkeyRpIdOf = ({ passkeyRpId, issuer }: Pick<Config, 'passkeyRpId' | 'issuer'>): string =>
  passkeyRpId ?? new URL(issuer).hostname

/** The RP ID of passkeys, and the origins that may use them: the API's own, the allowed ones that it can serve, and those of apps. */
export function relyingPartyOf(
  config: Pick<Config, 'issuer' | 'allowedOrigins' | 'passkeyRpId' | 'passkeyOrigins'>,
): { readonly rpId: string; readonly origins: readonly string[] } {
  const rpId = passkeyRpIdOf(config)
  const pages = [new URL(config.issuer).origin, ...config.allowedOrigins]
  return { rpId, origins: [...pages.filter((origin) => serves(rpId, origin)), ...config.passkeyOrigins] }
}

/** Whether a page of this origin can use passkeys of an RP ID: its domain is the RP ID or below it (WebAuthn level 3, 5.1.3). */
export function serves(rpId: string, origin: string): boolean {
  const { protocol, hostname } = new URL(origin)
  const isBelow = hostname === rpId || hostname.endsWith(`.${rpId}`)
  // Browsers have WebAuthn only in secure contexts.
  return isBelow && (protocol === 'https:' || hostname === 'localhost' || hostname.endsWith('.localhost'))
}
export const isApp = (origin: string) => origin.startsWith('android:')

/**
 * The policy that follows from the settings. If mail is configured, verification is required unless REQUIRE_VERIFIED_EMAIL is
 * false.
 */
export function policyOf({
  mailFrom,
  requireVerifiedEmail,
  unverifiedAccountDays,
  signUp,
  emailLogin,
  secondFactorFor,
  notifications,
  passwordMinLength,
  productName,
  providers,
}: Config): Policy {
  const sendsMail = mailFrom !== undefined
  return {
    sendsMail,
    requireVerifiedEmail: requireVerifiedEmail ?? sendsMail,
    unverifiedAccountDays,
    signUp,
    providers,
    emailLogin,
    secondFactorFor,
    notifications,
    passwordMinLength,
    productName,
  }
}

/** Where the links of mails begin: at the front end's pages, or at our own. */
export const linkBaseUrlOf = ({ linkBaseUrl, issuer }: Pick<Config, 'linkBaseUrl' | 'issuer'>): string =>
  linkBaseUrl ?? `${issuer}/ui`

/** Where flows of social login may end. */
export const socialDestinationsOf = (
  config: Pick<Config, 'linkBaseUrl' | 'issuer' | 'pages' | 'socialRedirects'>,
): SocialDestinations => ({
  redirects: socialRedirectsOf(config),
  loginPage: `${linkBaseUrlOf(config)}/login`,
})

/** Whether this process is a deployed function, which loads settings and keys while it initialises. */
export const isServing = (): boolean => Boolean(process.env.AWS_LAMBDA_FUNCTION_NAME)

/** The region of this function, from Lambda's own environment variable. */
export const region = (): string => process.env.AWS_REGION ?? ''

let read: Config | undefined
/** The settings of this process, read on first use, so that importing a handler needs none. */
export function config(): Config {
  read ??= readConfig(process.env)
  return read
}

let readOfProviders: readonly ProviderSettings[] | undefined
/**
 * The settings of the providers, in the order of PROVIDERS. Only functions that need them receive them (`tools/generate/functions-yml.ts`).
 * @throws one error that names every problem without quoting a value.
 */
export function providerSettings(): readonly ProviderSettings[] {
  if (readOfProviders) return readOfProviders
  const { values, problems } = readProviders(process.env)
  if (problems.length > 0) throw new Error(`Wrong settings: ${problems.join('; ')}`)
  readOfProviders = values
  return values
}

/** The metric namespace of a stage. Lambda functions are named `<service>-<stage>-<function>`. */
export const metricsNamespace = (): string =>
  process.env.AWS_LAMBDA_FUNCTION_NAME?.replace(/-[^-]*$/, '') ?? 'cardea-local'

/** One setting per limit. */
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
