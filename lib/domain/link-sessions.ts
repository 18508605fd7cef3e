import type { Seconds } from './lifetimes.ts'
import type { Ports } from './ports.ts'
import { isOffered } from './provider-names.ts'
import { Refusal } from './refusal.ts'
import type { FlowOwner, LinkSession, ProviderIdentity } from './social-ports.ts'
import { hashOfSecret, newSecret } from './social-secrets.ts'
import type { Account } from './users.ts'

/** How long the proof of an account or of an email may take. */
export const LINK_SESSION_SECONDS: Seconds = 600

type SessionPorts = Pick<Ports, 'social' | 'clock'>

/** Whom a flow or a link session belongs to, as the account was read. */
export const ownerOf = ({ id: userId, sessionVersion }: Account): FlowOwner => ({ userId, sessionVersion })

/** Whether this is still the account that was read, or there still is none. */
export const isOwner = (owner: FlowOwner | undefined, account: Account | undefined): boolean =>
  owner?.userId === account?.id && owner?.sessionVersion === account?.sessionVersion

/** The provider's verified email belongs to a confirmed account. Its owner proves it, then the identity is linked. */
export async function linkRequired(
  ports: SessionPorts,
  identity: ProviderIdentity,
  account: Account,
): Promise<Refusal> {
  const proofs = [
    ...(account.passwordHash === '' ? [] : (['password'] as const)),
    ...(account.factors.passkeys > 0 ? (['passkey'] as const) : []),
    'code' as const,
  ]
  const members = await opened(ports, { identity, owner: ownerOf(account) })
  const { id: userId, email } = account
  return new Refusal('link_required', { subject: { userId }, members: { ...members, email, proofs } })
}

/** The provider has no verified email that an account could have. One is proven by mail first. */
export async function emailRequired(ports: SessionPorts, identity: ProviderIdentity): Promise<Refusal> {
  return new Refusal('email_required', { members: await opened(ports, { identity }) })
}

async function opened(
  { social, clock }: SessionPorts,
  waiting: Pick<LinkSession, 'identity' | 'owner'>,
): Promise<{ readonly linkSession: string; readonly expiresIn: Seconds }> {
  const { secret: linkSession, hash: tokenHash } = newSecret()
  const expiresAt = clock.now() + LINK_SESSION_SECONDS
  await social.putLinkSession({ ...waiting, tokenHash, expiresAt })
  return { linkSession, expiresIn: LINK_SESSION_SECONDS }
}

/** Returns the link session of a token. Refuses with `invalid_link_session`. */
export async function openLinkSession(
  { social, policy, clock }: SessionPorts & Pick<Ports, 'policy'>,
  token: string,
): Promise<LinkSession> {
  const session = await social.findLinkSession(hashOfSecret(token))
  const isOpen = session && session.expiresAt > clock.now() && isOffered(policy, session.identity.provider)
  if (!isOpen) throw new Refusal('invalid_link_session')
  return session
}
