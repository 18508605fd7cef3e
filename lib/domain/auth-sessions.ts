import type { FirstProof, NotAdmitted } from './admission.ts'
import type { AuthSession } from './factor-ports.ts'
import { provableFactors } from './factors.ts'
import type { Seconds } from './lifetimes.ts'
import { newToken, readToken } from './one-time-codes.ts'
import type { Ports } from './ports.ts'
import { isOffered } from './provider-names.ts'
import { Refusal } from './refusal.ts'
import type { ProviderIdentity } from './social-ports.ts'
import type { Account } from './users.ts'

/** How long a second step may take. */
export const AUTH_SESSION_SECONDS: Seconds = 600

/**
 * Makes the refusal of an account that was not admitted. If a second factor must follow, or must be added first, it stores the
 * first proof as an auth session. A user can have several, so that another person who knows the password voids none of them.
 * `links`: the second step also links this identity.
 * After the OAuth 2.0 First-Party Applications draft.
 */
export async function notAdmitted(
  { authSessions, clock, events }: Pick<Ports, 'authSessions' | 'clock' | 'events'>,
  account: Account,
  { amr }: FirstProof,
  reason: NotAdmitted,
  links?: ProviderIdentity,
): Promise<Refusal> {
  const userId = account.id
  if (reason === 'account_disabled' || reason === 'email_not_verified') {
    events.record({ type: 'login.failed', userId, reason })
    return new Refusal(reason)
  }
  const { token: authSession, tokenHash } = newToken(userId)
  const enrolsOnly = reason === 'second_factor_enrolment_required'
  const expiresAt = clock.now() + AUTH_SESSION_SECONDS
  const { sessionVersion, claimsVersion } = account
  const linking = links && { links, claimsVersion }
  await authSessions.put({ userId, tokenHash, sessionVersion, amr, enrolsOnly, expiresAt, ...linking })
  events.record({ type: 'login.second_factor_required', userId })
  return new Refusal(reason, {
    subject: { userId },
    members: {
      authSession,
      expiresIn: AUTH_SESSION_SECONDS,
      ...(!enrolsOnly && { factors: provableFactors(account) }),
    },
  })
}

/**
 * Returns the auth session of a token, and its user. Nothing has ended the user's sessions since its first proof, and nothing
 * has changed the account that waits for a link, or removed the provider of that. Refuses with `invalid_auth_session`.
 */
export async function openAuthSession(
  { authSessions, policy, clock }: Pick<Ports, 'authSessions' | 'policy' | 'clock'>,
  token: string,
  { enrolsOnly }: Pick<AuthSession, 'enrolsOnly'>,
): Promise<{ readonly authSession: AuthSession; readonly account: Account; readonly now: Seconds }> {
  const { userId, tokenHash } = readAuthSession(token)
  const { authSession, account } = await authSessions.find(userId, tokenHash)
  const now = clock.now()
  if (!authSession || !account || authSession.enrolsOnly !== enrolsOnly || authSession.expiresAt <= now)
    throw new Refusal('invalid_auth_session', { subject: { claimedUserId: userId } })
  const { sessionVersion, claimsVersion = account.claimsVersion, links } = authSession
  const isUnchanged = sessionVersion === account.sessionVersion && claimsVersion === account.claimsVersion
  const isLinkable = links === undefined || isOffered(policy, links.provider)
  if (account.status !== 'active' || !isUnchanged || !isLinkable)
    throw new Refusal('invalid_auth_session', { subject: { userId } })
  return { authSession, account, now }
}

/** The token is one of `one-time-codes.ts`, in a body instead of a link. */
function readAuthSession(token: string): ReturnType<typeof readToken> {
  try {
    return readToken(token)
  } catch {
    throw new Refusal('invalid_auth_session')
  }
}
