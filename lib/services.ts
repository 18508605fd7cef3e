import { commonPasswords as makeCommonPasswords } from './blocklist/common-passwords.ts'
import { pwnedPasswords } from './blocklist/pwned-passwords.ts'
import { config, metricsNamespace, policyOf, region } from './config.ts'
import {
  accessTokenIssuer as makeAccessTokenIssuer,
  accessTokenVerifier as makeAccessTokenVerifier,
} from './crypto/access-tokens.ts'
import { cursors as makeCursors } from './crypto/cursors.ts'
import { rotate } from './crypto/key-rotation.ts'
import type { Rotating } from './crypto/key-states.ts'
import { keyedHashes as makeKeyedHashes } from './crypto/keyed-hashes.ts'
import { bcryptPasswords } from './crypto/passwords.ts'
import { publishedKeys as makePublishedKeys } from './crypto/published-keys.ts'
import { refreshTokens as makeRefreshTokens } from './crypto/refresh-tokens.ts'
import { storedKeys } from './crypto/stored-keys.ts'
import { rateLimiter as makeRateLimiter } from './domain/rate-limiter.ts'
import { sesMailer } from './mail/sender.ts'
import { ssmParameters } from './parameters/ssm.ts'
import { documentClient } from './storage/client.ts'
import { dynamoCodes } from './storage/codes.ts'
import { dynamoCounters } from './storage/counters.ts'
import { dynamoDenylist } from './storage/denylist.ts'
import { dynamoEmailJobs } from './storage/email-jobs.ts'
import { dynamoOutbox } from './storage/outbox.ts'
import { dynamoSessions } from './storage/sessions.ts'
import { dynamoUsers } from './storage/users.ts'

export { isServing } from './config.ts'

/** Runs `make` on the first call and remembers what it made; a failure is not remembered. */
function once<T extends object>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

// Each part below is marked pure, so that a door bundles only the parts that it names.

const client = /* @__PURE__ */ once(() => documentClient(config()))
const keys = /* @__PURE__ */ once(() => storedKeys(parameters(), core().clock.now))
/** What a part reads of keys begins when it is made; its first call waits for it, and says what went wrong. */
const begun = <T>(read: Promise<unknown>, part: T): T => {
  read.catch(() => undefined)
  return part
}

/** Where keys are kept. */
export const parameters = /* @__PURE__ */ once(() => {
  const { keysPath, ssmEndpoint } = config()
  return ssmParameters({ keysPath, region: region(), ...(ssmEndpoint && { endpoint: ssmEndpoint }) })
})

/** What every door has. */
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
  begun(keys().peppers(), bcryptPasswords({ cost: config().bcryptCost, keys: keys() })),
)
export const accessTokenIssuer = /* @__PURE__ */ once(() =>
  begun(keys().signingKey(), makeAccessTokenIssuer(config(), keys())),
)
export const accessTokenVerifier = /* @__PURE__ */ once(() =>
  begun(keys().publicKeys(), makeAccessTokenVerifier(config(), keys())),
)
export const refreshTokens = /* @__PURE__ */ once(() =>
  begun(keys().refreshKeys(), makeRefreshTokens(keys())),
)
export const cursors = /* @__PURE__ */ once(() => begun(keys().refreshKeys(), makeCursors(keys())))
export const publishedKeys = /* @__PURE__ */ once(() => begun(keys().publicKeys(), makePublishedKeys(keys())))
export const keyedHashes = /* @__PURE__ */ once(() => begun(keys().keyedHashKey(), makeKeyedHashes(keys())))
export const rateLimiter = /* @__PURE__ */ once(() =>
  makeRateLimiter({ ...core(), counters: dynamoCounters(client(), config()), keyedHashes: keyedHashes() }),
)
export const codes = /* @__PURE__ */ once(() => dynamoCodes(client(), config()))
export const outbox = /* @__PURE__ */ once(() => dynamoOutbox(client(), config()))
export const emailJobs = /* @__PURE__ */ once(() => dynamoEmailJobs(client(), config()))
export const mailer = /* @__PURE__ */ once(() => {
  const { mailFrom, linkBaseUrl, ...others } = config()
  if (!mailFrom || !linkBaseUrl) throw new Error('There is no sender of mails: MAIL_FROM is not set')
  return sesMailer({ ...others, mailFrom, linkBaseUrl, stage: metricsNamespace() })
})
export const commonPasswords = /* @__PURE__ */ once(makeCommonPasswords)
export const breachedPasswords = /* @__PURE__ */ once(() =>
  pwnedPasswords({ url: config().pwnedPasswordsUrl }),
)
export const rotation = /* @__PURE__ */ once(() => ({
  rotate: (name: Rotating, now: number) =>
    rotate(parameters(), name, { now, everySeconds: config().keyRotationDays * 86_400 }),
}))
