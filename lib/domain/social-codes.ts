import { withinBudget } from './email-budget.ts'
import type { EmailJob } from './email-jobs.ts'
import { mail, recipientOf } from './email-sending.ts'
import { isOwner, openLinkSession, ownerOf } from './link-sessions.ts'
import { type Locale, storedLocale } from './locales.ts'
import { isSame, newDigits } from './one-time-codes.ts'
import type { Client, Ports } from './ports.ts'
import { isOffered, labelOf, mailedName } from './provider-names.ts'
import { subjectOfIp } from './rate-limiter.ts'
import { Refusal } from './refusal.ts'
import type { ProviderIdentity } from './social-ports.ts'
import { hashOfSecret, newSecret } from './social-secrets.ts'
import type { Account } from './users.ts'

/**
 * Asks for digits to the provider's email, or to another one. The caller is not told whether the address has an account.
 * Refuses with `invalid_link_session`, `too_many_attempts`, or with `invalid_request` if there is no address.
 */
export async function requestSocialCode(
  ports: Pick<Ports, 'social' | 'policy' | 'rateLimiter' | 'outbox' | 'clock'>,
  { linkSession, email: given, locale }: { linkSession: string; email?: string | undefined; locale: Locale },
  client: Client,
): Promise<void> {
  const { identity, tokenHash: linkSessionHash } = await openLinkSession(ports, linkSession)
  const email = given ?? identity.email
  if (email === undefined) {
    const message = 'must be set, because the provider has none'
    throw new Refusal('invalid_request', { issues: [{ path: 'email', message }] })
  }
  // One after the other: a client over its limit must not use up that of an address.
  await ports.rateLimiter.take('emailLoginPerIp', subjectOfIp(client.ip))
  await ports.rateLimiter.take('emailLoginPerEmail', email)
  await ports.outbox.put({ type: 'social_code_requested', linkSessionHash, email, locale }, ports.clock.now())
}

/** Mails the digits. They are created here, so that no handler and no job has them. */
export async function mailSocialCode(
  ports: Pick<
    Ports,
    'users' | 'social' | 'keyedHashes' | 'mailer' | 'rateLimiter' | 'policy' | 'clock' | 'events'
  >,
  { linkSessionHash, email, locale }: Extract<EmailJob, { type: 'social_code_requested' }>,
): Promise<void> {
  // Since the request, every provider was removed from PROVIDERS: the function may read no link session any more.
  if (ports.policy.providers.length === 0) return
  const session = await ports.social.findLinkSession(linkSessionHash)
  const now = ports.clock.now()
  if (!session || session.expiresAt <= now || !isOffered(ports.policy, session.identity.provider)) return
  const account = await ports.users.findByEmail(email)
  const opensNothing = account ? account.status !== 'active' : ports.policy.signUp === 'closed'
  const to = account ? recipientOf(account) : { userId: undefined, email, locale: storedLocale(locale) }
  const kind = 'social_code'
  await withinBudget(ports, { to, kind }, async () => {
    const code = newDigits()
    const { expiresAt, identity } = session
    const isStored = await ports.social.putLinkCode(linkSessionHash, {
      email,
      // If it could open nothing, it is not mailed, and no digits are right. Attempts count all the same: otherwise the limit of an address
      // would tell whether it has an account.
      digitsHash: opensNothing ? newSecret().hash : await digitsHash(ports, linkSessionHash, code),
      owner: account && ownerOf(account),
      attempts: 0,
      expiresAt,
    })
    if (!isStored || opensNothing) return
    const provider = labelOf(ports.policy, identity.provider)
    const minutes = Math.max(1, Math.floor((expiresAt - now) / 60))
    await mail(ports, to, { kind, code, minutes, provider, accountName: mailedName(identity.accountName) })
  })
}

/** Six digits alone could be guessed; the key and the link session prevent that. */
const digitsHash = (
  { keyedHashes }: Pick<Ports, 'keyedHashes'>,
  linkSessionHash: string,
  digits: string,
): Promise<string> => keyedHashes.of('social_code', linkSessionHash, digits)

/** An email that was proven, the account that has it, and what waits for the proof. */
export interface ProvenEmail {
  readonly identity: ProviderIdentity
  readonly email: string
  readonly account: Account | undefined
}

/**
 * Checks mailed digits, which are good only with the link session that asked for them. Each attempt is counted before the compare: for
 * the address, whatever the session, and for the code.
 * Refuses with `invalid_link_session`, also if the account of the email has changed since the mail, `too_many_attempts` or
 * `invalid_code`.
 */
export async function provenByCode(
  ports: Pick<Ports, 'users' | 'social' | 'keyedHashes' | 'rateLimiter' | 'limits' | 'policy' | 'clock'>,
  linkSession: string,
  digits: string,
): Promise<ProvenEmail> {
  const { code: sent } = await openLinkSession(ports, linkSession)
  if (!sent) throw new Refusal('invalid_code')
  await ports.rateLimiter.take('codePerEmail', sent.email)
  const tokenHash = hashOfSecret(linkSession)
  const { codeTries } = ports.limits
  const session = await ports.social.attemptLinkCode(tokenHash, codeTries.most, ports.clock.now())
  const expected = await digitsHash(ports, tokenHash, digits)
  const { code, identity } = session ?? {}
  // A parallel request may have sent digits to another address, whose budget was not asked.
  const isRight = code && identity && code.email === sent.email && isSame(code.digitsHash, expected)
  const subject = { userId: sent.owner?.userId }
  if (!isRight) throw new Refusal('invalid_code', { subject })
  const account = await ports.users.findByEmail(code.email)
  const isUnchanged =
    isOwner(code.owner, account) &&
    (!session?.owner || code.email !== identity.email || isOwner(session.owner, account))
  if (!isUnchanged) throw new Refusal('invalid_link_session', { subject })
  return { identity, email: code.email, account }
}
