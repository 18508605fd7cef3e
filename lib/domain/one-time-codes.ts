import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import { withOptimisticRetry } from './account-changes.ts'
import type { Purpose } from './code-purposes.ts'
import { deniedUntil, type Seconds } from './lifetimes.ts'
import type { AccountChange, OneTimeCode, Ports } from './ports.ts'
import { Refusal } from './refusal.ts'
import { type Account, isExpired } from './users.ts'

/** A token holds 16 bytes of the user id, so that one read finds the code, and 32 random bytes. */
const ID_BYTES = 16
const SECRET_BYTES = 32
const NONCE_BYTES = 16

export interface MailedToken {
  readonly userId: string
  readonly tokenHash: string
}

/** Creates a token of 256 random bits for a user; `token` is mailed, `tokenHash` is stored. */
export function newToken(userId: string): MailedToken & { readonly token: string } {
  const id = Buffer.from(userId.replaceAll('-', ''), 'hex')
  const token = Buffer.concat([id, randomBytes(SECRET_BYTES)]).toString('base64url')
  return { userId, token, tokenHash: hashOf(token) }
}

/** Parses a token. The user id is not proven yet. Refuses with `invalid_link` if it is no token at all. */
export function readToken(token: string): MailedToken {
  const bytes = Buffer.from(token, 'base64url')
  // Accept one spelling for each token: the lenient decoder accepts several.
  if (bytes.length !== ID_BYTES + SECRET_BYTES || bytes.toString('base64url') !== token) {
    throw new Refusal('invalid_link')
  }
  const hex = bytes.subarray(0, ID_BYTES).toString('hex')
  return { userId: hex.replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'), tokenHash: hashOf(token) }
}

/** 256 random bits need no salt and no slow hash (ASVS 6.5.2). */
const hashOf = (token: string) => createHash('sha256').update(token).digest('base64url')

/** Six digits. */
export const newDigits = (): string => String(randomInt(1_000_000)).padStart(6, '0')

/**
 * A challenge for one request for digits, which are valid only with it (ASVS 6.6.2). A keyed hash ties it to the email. So a
 * forged challenge is recognized without a read, and costs the owner no attempt.
 */
export async function newChallenge(ports: Pick<Ports, 'keyedHashes'>, email: string): Promise<string> {
  const nonce = randomBytes(NONCE_BYTES).toString('hex')
  return nonce + (await sealOf(ports, email, nonce))
}
/** Whether a challenge belongs to this email, in constant time. */
export async function isChallengeFor(
  ports: Pick<Ports, 'keyedHashes'>,
  challenge: string,
  email: string,
): Promise<boolean> {
  const nonce = challenge.slice(0, NONCE_BYTES * 2)
  return isSame(challenge.slice(NONCE_BYTES * 2), await sealOf(ports, email, nonce))
}
const sealOf = ({ keyedHashes }: Pick<Ports, 'keyedHashes'>, email: string, nonce: string) =>
  keyedHashes.of('challenge', email, nonce)

/** The stored hash of a challenge. */
export const challengeHashOf = hashOf

/** Whether two secrets are equal, in constant time. Compares lengths in bytes, which can differ from those in characters. */
export function isSame(a: string | undefined, b: string): boolean {
  const [one, other] = [Buffer.from(a ?? ''), Buffer.from(b)]
  return a !== undefined && one.length === other.length && timingSafeEqual(one, other)
}

/** The code and the account that a valid token stands for. */
export interface Opened {
  readonly code: OneTimeCode
  readonly account: Account
}

/**
 * Returns the code and account of a valid token for one of these purposes, without redeeming it. Refuses with `invalid_link`.
 */
export async function openToken(
  ports: Pick<Ports, 'codes' | 'clock'>,
  token: string,
  ...purposes: readonly Purpose[]
): Promise<Opened> {
  const { userId, tokenHash } = readToken(token)
  const { codes, account } = await ports.codes.find(userId, purposes)
  const code = codes.find((each) => isSame(each.tokenHash, tokenHash))
  if (!code) throw new Refusal('invalid_link', { subject: { claimedUserId: userId } })
  if (!isGood(code, account, ports.clock.now())) throw new Refusal('invalid_link', { subject: { userId } })
  return { code, account }
}

/** Whether the code has not expired and its user still has the same session version and email. */
export function isGood(code: OneTimeCode, account: Account | undefined, now: Seconds): account is Account {
  if (code.expiresAt <= now || account?.status !== 'active' || isExpired(account, now)) return false
  if (account.email !== code.email) return false
  // A sign-up link for a verified address changes nothing, so it stays valid.
  if (code.purpose === 'verify_email' && account.emailVerified) return true
  // The link of a change that was made changes nothing either. It is void once the account has another email.
  if (code.redeemed) return account.emailVerified
  // A change requested before the address was verified sent no warning and could not be undone.
  if (code.purpose === 'change_email' && account.emailVerified && code.undoHash === undefined) return false
  return account.sessionVersion === code.sessionVersion
}

/**
 * Redeems a token and changes its user's account, both or neither. Of several parallel requests, one succeeds. Refuses with
 * `invalid_link`, or with the refusal of the change.
 */
export async function redeemToken(
  ports: Pick<Ports, 'codes' | 'users' | 'clock'>,
  token: string,
  purposes: readonly Purpose[],
  changeOf: (opened: Opened) => Promise<Omit<AccountChange, 'redeems' | 'deniedUntil'>>,
): Promise<{ readonly account: Account; readonly before: Account }> {
  const until = deniedUntil(ports.clock.now())
  // A parallel request may redeem the token first. The next read shows that.
  return withOptimisticRetry(async () => {
    const opened = await openToken(ports, token, ...purposes)
    const change = { ...(await changeOf(opened)), redeems: opened.code, deniedUntil: until }
    const outcome = await ports.users.change(opened.account, change)
    return typeof outcome === 'string' ? outcome : { account: outcome, before: opened.account }
  })
}
