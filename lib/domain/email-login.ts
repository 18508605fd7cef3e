import { changedOrRefuse, disablePassword } from './account-changes.ts'
import { admit } from './admission.ts'
import { notAdmitted } from './auth-sessions.ts'
import { deviceOf } from './devices.ts'
import { provenEmail, tellProvenEmail } from './email-proofs.ts'
import type { FactorRemovalPorts } from './factor-removal.ts'
import {
  challengeHashOf,
  isChallengeFor,
  isGood,
  isSame,
  newChallenge,
  type Opened,
  openToken,
} from './one-time-codes.ts'
import type { Client, Ports } from './ports.ts'
import { subjectOfIp } from './rate-limiter.ts'
import { Refusal, type RefusalCode } from './refusal.ts'
import { openSession } from './sessions.ts'
import { settleAll } from './settle-all.ts'
import { ensureSigningKeys, type TokenPair, type TokenPorts } from './token-pairs.ts'
import type { Account } from './users.ts'

const checkOffered = ({ sendsMail, emailLogin }: Ports['policy']) => {
  if (!sendsMail || !emailLogin) throw new Refusal('not_enabled')
}

/**
 * Writes an email job for a login mail, in the same time whether or not the address has an account. The mailed digits are valid
 * only with the challenge returned here (ASVS 6.6.2). Refuses with `not_enabled`.
 */
export async function requestEmailLogin(
  ports: Pick<Ports, 'policy' | 'outbox' | 'clock' | 'keyedHashes'>,
  email: string,
): Promise<string> {
  checkOffered(ports.policy)
  const challenge = await newChallenge(ports, email)
  const challengeHash = challengeHashOf(challenge)
  await ports.outbox.put({ type: 'email_login_requested', email, challengeHash }, ports.clock.now())
  return challenge
}

type LogInPorts = TokenPorts &
  FactorRemovalPorts &
  Pick<Ports, 'users' | 'codes' | 'sessions' | 'authSessions' | 'policy' | 'outbox' | 'clock' | 'events'>

/** Opens a session for a mailed token. Refuses with `not_enabled`, `invalid_link` or `conflict`. */
export async function redeemEmailLogin(ports: LogInPorts, token: string, client: Client): Promise<TokenPair> {
  checkOffered(ports.policy)
  return logIn(ports, await openToken(ports, token, 'email_login'), client, 'invalid_link')
}

/**
 * Opens a session for mailed digits and the challenge that they were requested with. Each attempt is counted before the
 * compare. A request without a valid challenge for this email counts no attempt, so a stranger cannot use up the owner's
 * attempts.
 * Refuses with `not_enabled`, `too_many_attempts`, `conflict`, or `invalid_code` for any other reason.
 */
export async function enterEmailLoginCode(
  ports: LogInPorts & Pick<Ports, 'limits' | 'rateLimiter' | 'keyedHashes'>,
  { email, challenge, code: digits }: { email: string; challenge: string; code: string },
  client: Client,
): Promise<TokenPair> {
  checkOffered(ports.policy)
  const [userId] = await settleAll(
    ports.users.ownerOf(email),
    ports.rateLimiter.take('loginPerIp', subjectOfIp(client.ip)),
  )
  if (!(await isChallengeFor(ports, challenge, email))) throw new Refusal('invalid_code')
  const [found] = await settleAll(ports.users.findById(userId), ports.rateLimiter.take('codePerEmail', email))
  // The email may have moved to another account between the two reads.
  const account = found?.email === email ? found : undefined
  const challengeHash = challengeHashOf(challenge)
  const now = ports.clock.now()
  const of = { userId, purpose: 'email_login' } as const
  const code = await ports.codes.attemptDigits(of, challengeHash, ports.limits.codeTries.most, now)
  const expected = await digitsHash(ports, challengeHash, digits)
  if (!code || !isSame(code.digitsHash, expected) || !isGood(code, account, now)) {
    throw new Refusal('invalid_code', { subject: { userId: account?.id } })
  }
  return logIn(ports, { account, code }, client, 'invalid_code')
}

/** The stored hash of the digits. Six digits alone could be guessed; the key and the challenge prevent that. */
export const digitsHash = (
  { keyedHashes }: Pick<Ports, 'keyedHashes'>,
  challengeHash: string,
  digits: string,
): Promise<string> => keyedHashes.of('email_login', challengeHash, digits)

async function logIn(
  ports: LogInPorts,
  { account, code }: Opened,
  client: Client,
  spent: RefusalCode,
): Promise<TokenPair> {
  await ensureSigningKeys(ports)
  if ((await ports.codes.redeem(code, account)) === 'spent')
    throw new Refusal(spent, { subject: { userId: account.id } })
  const owned = account.emailVerified ? account : await proveEmail(ports, account, client)
  const proof = { amr: ['email'], client }
  const admission = admit(ports.policy, owned, proof)
  if (admission === 'account_disabled' || admission === 'email_not_verified')
    throw new Refusal(spent, { subject: { userId: account.id } })
  if (typeof admission === 'string') throw await notAdmitted(ports, owned, proof, admission)
  return openSession(ports, admission)
}

/**
 * Records the first proof of the email. A stranger may have signed up with it and waited for its owner. So the password is
 * disabled, its factors are removed, and every session of the account ends.
 */
async function proveEmail(
  ports: FactorRemovalPorts & Pick<Ports, 'users' | 'policy' | 'outbox' | 'clock' | 'events'>,
  account: Account,
  client: Client,
): Promise<Account> {
  const change = {
    ...(await provenEmail(ports, account)),
    ...disablePassword(ports.clock.now()),
    devices: [deviceOf(client)],
  }
  const owned = changedOrRefuse(await ports.users.change(account, change))
  ports.events.record({ type: 'email.verified', userId: account.id })
  ports.events.record({ type: 'password.voided', userId: account.id, reason: 'first_proof' })
  await tellProvenEmail(ports, account)
  return owned
}
