import { changedOrRefuse, disablePassword } from './account-changes.ts'
import { admit } from './admission.ts'
import { deviceOf } from './devices.ts'
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
 * Leaves an order for a mail to log in with, in the same time whether anybody has the address. The digits in it are good
 * only together with the challenge that is answered here (ASVS 6.6.2). Refuses with `not_enabled`.
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
  Pick<Ports, 'users' | 'codes' | 'sessions' | 'policy' | 'outbox' | 'clock' | 'events'>

/** Opens a session for whoever has the mailed token. Refuses with `not_enabled`, `invalid_link` or `conflict`. */
export async function redeemEmailLogin(ports: LogInPorts, token: string, client: Client): Promise<TokenPair> {
  checkOffered(ports.policy)
  return logIn(ports, await openToken(ports, token, 'email_login'), client, 'invalid_link')
}

/**
 * Opens a session for whoever has the mailed digits and the challenge that they were asked for with. Each try is counted
 * before it is looked at, and none without a challenge for this email: who has not asked for a mail costs its owner none.
 * Refuses with `not_enabled`, `too_many_attempts`, `conflict`, or `invalid_code` whatever else is wrong.
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
  // Between the two reads the email may have changed hands.
  const account = found?.email === email ? found : undefined
  const challengeHash = challengeHashOf(challenge)
  const now = ports.clock.now()
  const code = await ports.codes.attemptDigits(userId, challengeHash, ports.limits.codeTries.most, now)
  const expected = await digitsHash(ports, challengeHash, digits)
  if (!code || !isSame(code.digitsHash, expected) || !isGood(code, account, now)) {
    throw new Refusal('invalid_code', { subject: { userId: account?.id } })
  }
  return logIn(ports, { account, code }, client, 'invalid_code')
}

/** What is stored of digits. Six are soon tried out, but for the key and the challenge. */
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
  const owned = account.emailVerified ? account : await claimed(ports, account, client)
  const admission = admit(ports.policy, owned, { amr: ['otp'], client })
  if (typeof admission === 'string') throw new Refusal(spent, { subject: { userId: account.id } })
  return openSession(ports, admission)
}

/**
 * The first proof of who reads the mail. Whoever set the password, and may have sessions, has not given it, and loses
 * both: or a stranger could open an account for an address and wait for its owner.
 */
async function claimed(
  ports: Pick<Ports, 'users' | 'clock' | 'events'>,
  account: Account,
  client: Client,
): Promise<Account> {
  const change = { emailVerified: true, ...disablePassword(ports.clock.now()), devices: [deviceOf(client)] }
  const owned = changedOrRefuse(await ports.users.change(account, change))
  ports.events.record({ type: 'email.verified', userId: account.id })
  ports.events.record({ type: 'password.voided', userId: account.id, reason: 'first_proof' })
  return owned
}
