import { codeSeconds } from './code-purposes.ts'
import { withinBudget } from './email-budget.ts'
import type { EmailJob } from './email-jobs.ts'
import { mail, newCode, recipientOf } from './email-sending.ts'
import { hasFactor } from './factors.ts'
import { isGood, isSame, newDigits } from './one-time-codes.ts'
import { ownAccount } from './own-account.ts'
import type { Ports } from './ports.ts'
import type { Principal } from './principal.ts'
import type { FreshProof, ProveAgain } from './reauthentication.ts'
import { Refusal } from './refusal.ts'
import { hashOfSecret } from './social-secrets.ts'
import type { Account } from './users.ts'

/** Whether an account has something to prove that is worth more than its mailbox or its provider account. */
export const provesMore = (account: Pick<Account, 'passwordHash' | 'factors'>): boolean =>
  account.passwordHash !== '' || hasFactor(account)

/** Refuses a weaker proof of such an account: who reads its mail could otherwise do without the rest. */
export function checkProvesNoMore(account: Account, path: 'code' | 'social'): void {
  if (!provesMore(account)) return
  const message = 'is not enough, because the account has a password or a second factor'
  throw new Refusal('invalid_request', { issues: [{ path, message }] })
}

/**
 * Asks for digits to the confirmed email of an account that has nothing else to prove. They are good only in this session.
 * Refuses with `not_enabled`, `email_not_verified`, or with `invalid_request` for an account that can prove more.
 */
export async function requestReauthenticationMail(
  ports: Pick<Ports, 'users' | 'policy' | 'outbox' | 'clock'>,
  principal: Principal,
): Promise<void> {
  if (!ports.policy.sendsMail) throw new Refusal('not_enabled')
  const account = await ownAccount(ports, principal)
  checkProvesNoMore(account, 'code')
  const { userId, sessionId } = principal
  if (!account.emailVerified) throw new Refusal('email_not_verified', { subject: { userId } })
  await ports.outbox.put({ type: 'reauthentication_requested', userId, sessionId }, ports.clock.now())
}

/** Mails the digits. They are created here, so that no handler and no job has them. */
export async function mailReauthenticationCode(
  ports: Pick<Ports, 'users' | 'codes' | 'keyedHashes' | 'mailer' | 'rateLimiter' | 'clock' | 'events'>,
  { userId, sessionId }: Extract<EmailJob, { type: 'reauthentication_requested' }>,
): Promise<void> {
  const account = await ports.users.findById(userId)
  if (account?.status !== 'active' || !account.emailVerified || provesMore(account)) return
  const to = recipientOf(account)
  const kind = 'reauthentication_code'
  await withinBudget(ports, { to, kind }, async () => {
    const code = newDigits()
    await newCode(ports, account, 'reauthentication', {
      challengeHash: hashOfSecret(sessionId),
      digitsHash: await digitsHash(ports, sessionId, code),
    })
    await mail(ports, to, { kind, code, minutes: codeSeconds.reauthentication / 60 })
  })
}

const digitsHash = (
  { keyedHashes }: Pick<Ports, 'keyedHashes'>,
  sessionId: string,
  digits: string,
): Promise<string> => keyedHashes.of('reauthentication', sessionId, digits)

/**
 * Proves the mailbox of an account that has nothing else. Each attempt is counted before the compare, for the account and for the code.
 * Refuses with `invalid_request`, `too_many_attempts` or `invalid_code`.
 */
export const provesMailedCode =
  (
    ports: Pick<Ports, 'codes' | 'keyedHashes' | 'rateLimiter' | 'limits' | 'clock'>,
    digits: string,
  ): ProveAgain =>
  async (account, { sessionId }): Promise<FreshProof> => {
    checkProvesNoMore(account, 'code')
    const { id: userId } = account
    // Not those of the email: anybody can use them up with codes for other logins.
    await ports.rateLimiter.take('codePerEmail', userId)
    const now = ports.clock.now()
    const code = await ports.codes.attemptDigits(
      { userId, purpose: 'reauthentication' },
      hashOfSecret(sessionId),
      ports.limits.codeTries.most,
      now,
    )
    const expected = await digitsHash(ports, sessionId, digits)
    const isRight = code && isSame(code.digitsHash, expected) && isGood(code, account, now)
    if (!isRight || (await ports.codes.redeem(code, account)) === 'spent')
      throw new Refusal('invalid_code', { subject: { userId } })
    return { amr: ['email'], authTime: now }
  }
