import { commonPasswords as makeCommonPasswords } from './blocklist/common-passwords.ts'
import { pwnedPasswords } from './blocklist/pwned-passwords.ts'
import {
  config,
  isLocal,
  linkBaseUrlOf,
  metricsNamespace,
  policyOf,
  providerSettings,
  region,
  relyingPartyOf,
  socialDestinationsOf,
} from './config.ts'
import {
  accessTokenIssuer as makeAccessTokenIssuer,
  accessTokenVerifier as makeAccessTokenVerifier,
} from './crypto/access-tokens.ts'
import { cursors as makeCursors } from './crypto/cursors.ts'
import { storedKeys } from './crypto/key-cache.ts'
import { rotate } from './crypto/key-rotation.ts'
import type { Rotating } from './crypto/key-states.ts'
import { keyedHashes as makeKeyedHashes } from './crypto/keyed-hashes.ts'
import { bcryptPasswords } from './crypto/passwords.ts'
import { providerSecrets } from './crypto/provider-secrets.ts'
import { publishedKeys as makePublishedKeys } from './crypto/published-keys.ts'
import { recoveryCodeHashes as makeRecoveryCodeHashes } from './crypto/recovery-code-hashes.ts'
import { refreshTokens as makeRefreshTokens } from './crypto/refresh-tokens.ts'
import { seals } from './crypto/seals.ts'
import { totpSecrets as makeTotpSecrets } from './crypto/totp-secrets.ts'
import { passkeyVerifier as makePasskeyVerifier } from './crypto/webauthn.ts'
import { rateLimiter as makeRateLimiter } from './domain/rate-limiter.ts'
import { sesMailer } from './mail/sender.ts'
import { ssmParameters } from './parameters/ssm.ts'
import { socialProviders as makeSocialProviders } from './social/providers.ts'
import { dynamoAuthSessions } from './storage/auth-sessions.ts'
import { documentClient } from './storage/client.ts'
import { dynamoCodes } from './storage/codes.ts'
import { dynamoCounters } from './storage/counters.ts'
import { dynamoDenylist } from './storage/denylist.ts'
import { dynamoEmailJobs } from './storage/email-jobs.ts'
import { dynamoFactorUndos } from './storage/factor-undos.ts'
import { dynamoIdentities } from './storage/identities.ts'
import { dynamoOutbox } from './storage/outbox.ts'
import { dynamoPasskeys } from './storage/passkeys.ts'
import { dynamoRevocations } from './storage/revocations.ts'
import { dynamoSessionOpenings } from './storage/session-openings.ts'
import { dynamoSessions } from './storage/sessions.ts'
import { dynamoSocial } from './storage/social.ts'
import { dynamoTotps } from './storage/totps.ts'
import { dynamoUserData } from './storage/user-data.ts'
import { dynamoUsers } from './storage/users.ts'

export { isServing } from './config.ts'

/** Creates the value on the first call and keeps it. A failure is not kept. */
function once<T extends object>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

// Each service below is marked pure, so that a handler's bundle contains only the services it names.

const client = /* @__PURE__ */ once(() => documentClient(config()))
const keys = /* @__PURE__ */ once(() => storedKeys(parameters(), core().clock.now))
/** Starts to load a service's keys when the service is created. Its first call waits for the keys and reports an error. */
const withKeys = <T>(read: Promise<unknown>, service: T): T => {
  read.catch(() => undefined)
  return service
}

/** The parameter store of the keys. */
export const parameters = /* @__PURE__ */ once(() => {
  const { keysPath, ssmEndpoint } = config()
  return ssmParameters({ keysPath, region: region(), ...(ssmEndpoint && { endpoint: ssmEndpoint }) })
})

/** The services that every handler has. */
export const core = /* @__PURE__ */ once(() => ({
  clock: { now: () => Math.floor(Date.now() / 1000) },
  lifetimes: config(),
  limits: config(),
  policy: policyOf(config()),
  issuer: config().issuer,
  allowedOrigins: config().allowedOrigins,
  trustedProxies: config(),
}))

export const users = /* @__PURE__ */ once(() => dynamoUsers(client(), config(), core().clock))
export const sessions = /* @__PURE__ */ once(() => dynamoSessions(client(), config()))
export const denylist = /* @__PURE__ */ once(() => dynamoDenylist(client(), config()))
export const passwords = /* @__PURE__ */ once(() =>
  withKeys(keys().peppers(), bcryptPasswords({ cost: config().bcryptCost, keys: keys() })),
)
export const accessTokenIssuer = /* @__PURE__ */ once(() =>
  withKeys(keys().signingKey(), makeAccessTokenIssuer(config(), keys())),
)
export const accessTokenVerifier = /* @__PURE__ */ once(() =>
  withKeys(keys().publicKeys(), makeAccessTokenVerifier(config(), keys())),
)
export const refreshTokens = /* @__PURE__ */ once(() =>
  withKeys(keys().refreshKeys(), makeRefreshTokens(keys())),
)
export const cursors = /* @__PURE__ */ once(() => withKeys(keys().refreshKeys(), makeCursors(keys())))
export const publishedKeys = /* @__PURE__ */ once(() =>
  withKeys(keys().publicKeys(), makePublishedKeys(keys())),
)
export const keyedHashes = /* @__PURE__ */ once(() =>
  withKeys(keys().keyedHashKey(), makeKeyedHashes(keys())),
)
export const totpSecrets = /* @__PURE__ */ once(() => withKeys(keys().factorKeys(), makeTotpSecrets(keys())))
export const recoveryCodeHashes = /* @__PURE__ */ once(() =>
  withKeys(keys().recoveryCodeKeys(), makeRecoveryCodeHashes(keys())),
)
export const rateLimiter = /* @__PURE__ */ once(() =>
  makeRateLimiter({ ...core(), counters: dynamoCounters(client(), config()), keyedHashes: keyedHashes() }),
)
export const userData = /* @__PURE__ */ once(() => dynamoUserData(client(), config()))
export const authSessions = /* @__PURE__ */ once(() => dynamoAuthSessions(client(), config()))
export const sessionOpenings = /* @__PURE__ */ once(() => dynamoSessionOpenings(client(), config()))
export const totps = /* @__PURE__ */ once(() => dynamoTotps(client(), config()))
export const passkeys = /* @__PURE__ */ once(() => dynamoPasskeys(client(), config()))
export const factorUndos = /* @__PURE__ */ once(() => dynamoFactorUndos(client(), config()))
export const identities = /* @__PURE__ */ once(() => dynamoIdentities(client(), config()))
export const social = /* @__PURE__ */ once(() => dynamoSocial(client(), config()))
export const socialDestinations = /* @__PURE__ */ once(() => socialDestinationsOf(config()))
export const relyingParty = /* @__PURE__ */ once(() => relyingPartyOf(config()))
export const passkeyVerifier = /* @__PURE__ */ once(() => makePasskeyVerifier(relyingParty()))
/** The providers of social login. Their secrets and keys are read when a login needs them: its start needs none. */
export const socialProviders = /* @__PURE__ */ once(() =>
  makeSocialProviders({
    providers: providerSettings(),
    issuer: config().issuer,
    isLocal: isLocal(config()),
    secrets: providerSecrets(parameters(), core().clock.now),
    seals: seals(keys()),
    now: core().clock.now,
  }),
)
export const revocations = /* @__PURE__ */ once(() => dynamoRevocations(client(), config()))
export const codes = /* @__PURE__ */ once(() => dynamoCodes(client(), config()))
export const outbox = /* @__PURE__ */ once(() => dynamoOutbox(client(), config()))
/** The services that check a second proof. */
export const factorProofServices = {
  totps,
  totpSecrets,
  recoveryCodeHashes,
  passkeys,
  passkeyVerifier,
  keyedHashes,
  rateLimiter,
  outbox,
}
export const emailJobs = /* @__PURE__ */ once(() => dynamoEmailJobs(client(), config()))
export const mailer = /* @__PURE__ */ once(() => {
  const { mailFrom, ...others } = config()
  if (!mailFrom) throw new Error('Sending mail needs MAIL_FROM, which is not set')
  return sesMailer({ ...others, mailFrom, linkBaseUrl: linkBaseUrlOf(others), stage: metricsNamespace() })
})
export const commonPasswords = /* @__PURE__ */ once(makeCommonPasswords)
export const breachedPasswords = /* @__PURE__ */ once(() =>
  pwnedPasswords({ url: config().pwnedPasswordsUrl }),
)
export const rotation = /* @__PURE__ */ once(() => ({
  rotate: (name: Rotating, now: number) =>
    rotate(parameters(), name, { now, everySeconds: config().keyRotationDays * 86_400 }),
}))

/** What issues a pair of tokens. */
export const tokenServices = { accessTokenIssuer, refreshTokens }
/** What checks and sets a password. */
export const passwordServices = { passwords, commonPasswords, breachedPasswords }
/** The items of second factors. */
export const factorServices = { totps, passkeys }
/** What changes the factors of an account, and issues the tokens that follow. */
export const factorChangeServices = {
  users,
  sessions,
  rateLimiter,
  accessTokenIssuer,
  refreshTokens,
  outbox,
}
/** What proves a new authenticator app. */
export const totpEnrolmentServices = { totps, totpSecrets, recoveryCodeHashes }
/** What proves a new passkey. */
export const passkeyRegistrationServices = { passkeyVerifier, recoveryCodeHashes, keyedHashes }
/** What finds, creates or takes over the account of an identity, and opens its session. */
export const socialAccountServices = {
  // Named one by one: a bundle cannot leave out an object with a spread.
  accessTokenIssuer,
  refreshTokens,
  totps,
  passkeys,
  users,
  sessions,
  authSessions,
  social,
  identities,
  rateLimiter,
  outbox,
}
