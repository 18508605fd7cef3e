import { admit } from './admission.ts'
import { notAdmitted } from './auth-sessions.ts'
import { refusalOfSpent } from './factors.ts'
import { checkMayLink } from './identities.ts'
import { tellLink } from './identity-changes.ts'
import { linkedTo } from './identity-ids.ts'
import { openLinkSession } from './link-sessions.ts'
import type { PasskeyProofPorts } from './passkey-login.ts'
import type { Client, Ports } from './ports.ts'
import { subjectOfIp } from './rate-limiter.ts'
import { Refusal } from './refusal.ts'
import { openProvenSession } from './sessions.ts'
import { createSocialAccount, type SocialAccountPorts, takeOver } from './social-accounts.ts'
import { type ProvenEmail, provenByCode } from './social-codes.ts'
import { type ProvenAccount, provenByPasskey, provenByPassword } from './social-link-proofs.ts'
import { openSocialSession, SOCIAL_AMR, type SocialLogin } from './social-login.ts'
import type { ProviderIdentity } from './social-ports.ts'
import { ensureSigningKeys, type TokenPair, type TokenPorts } from './token-pairs.ts'

type LinkPorts = TokenPorts &
  SocialAccountPorts &
  Pick<Ports, 'sessions' | 'sessionOpenings' | 'authSessions' | 'social'>

/** What proves the account or the email that a link session waits for. A request has exactly one. */
export interface LinkProof {
  readonly password?: string | undefined
  readonly passkey?: unknown
  /** Digits that were mailed. */
  readonly code?: string | undefined
}

/**
 * Completes a login whose identity waits for a proof. A confirmed account is linked, after its second factor if it has one. A proven
 * email that no account has opens one, and an unconfirmed account goes to the person who reads its mail.
 * Refuses with `invalid_link_session`, with the refusal of the proof, `signup_closed`, `email_taken` for an address whose change can be
 * undone, `identity_taken`, `too_many_identities`, or with the refusals of the gate.
 */
export async function proveAndLink(
  ports: LinkPorts & PasskeyProofPorts & Pick<Ports, 'passwords' | 'keyedHashes' | 'rateLimiter' | 'limits'>,
  token: string,
  { password, passkey, code }: LinkProof,
  login: SocialLogin,
): Promise<TokenPair> {
  await ensureSigningKeys(ports)
  // A client over its limit uses up no attempts of an account.
  await ports.rateLimiter.take('loginPerIp', subjectOfIp(login.client.ip))
  if (code !== undefined) return linkByEmail(ports, await provenByCode(ports, token, code), login)
  const session = await openLinkSession(ports, token)
  const proven =
    password === undefined
      ? await provenByPasskey(ports, session, passkey)
      : await provenByPassword(ports, session, password)
  return link(ports, proven, session.identity, login.client)
}

async function linkByEmail(
  ports: LinkPorts,
  { identity, email, account }: ProvenEmail,
  { client, locale }: SocialLogin,
): Promise<TokenPair> {
  const amr = ['email']
  if (account?.emailVerified) return link(ports, { account, amr }, identity, client)
  const proof = { amr: [...amr, ...SOCIAL_AMR], client }
  if (account && account.status !== 'active')
    throw await notAdmitted(ports, account, proof, 'account_disabled')
  const owned = account
    ? await takeOver(ports, account, identity, { locale, client })
    : await createSocialAccount(ports, identity, { email, locale, client })
  if (owned === 'email_taken' || owned === 'identity_taken') throw new Refusal(owned)
  // The account has changed since it was read, as after another proof of the same link session.
  if (typeof owned === 'string')
    throw new Refusal('invalid_link_session', { subject: { userId: account?.id } })
  return openSocialSession(ports, owned, proof)
}

/** Links the identity to an account that was proven, and opens a session: both or neither. */
async function link(
  ports: LinkPorts,
  { account, amr, factor }: ProvenAccount,
  identity: ProviderIdentity,
  client: Client,
): Promise<TokenPair> {
  const subject = { userId: account.id }
  checkMayLink(account)

  // 1. The account may have a session. If it needs a second proof, the identity waits for that too.
  const proof = { amr: [...amr, ...SOCIAL_AMR], client }
  const admission = admit(ports.policy, account, proof, factor)
  if (typeof admission === 'string') throw await notAdmitted(ports, account, proof, admission, identity)

  // 2. The transaction.
  const links = linkedTo(account.id, identity, ports.clock.now())
  const opened = await openProvenSession(ports, admission, { links })
  if (factor && opened === 'spent') throw new Refusal(refusalOfSpent(factor), { subject })
  if (opened === 'identity_taken') throw new Refusal('identity_taken', { subject })
  if (typeof opened === 'string') throw new Refusal('invalid_link_session', { subject })
  await tellLink(ports, links)
  return opened
}
