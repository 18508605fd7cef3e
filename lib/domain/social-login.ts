import { withOptimisticRetry } from './account-changes.ts'
import { admit } from './admission.ts'
import { notAdmitted } from './auth-sessions.ts'
import { identityIdOf } from './identity-ids.ts'
import { emailRequired, linkRequired } from './link-sessions.ts'
import type { Locale } from './locales.ts'
import type { Client, NotChanged, Ports } from './ports.ts'
import { openSession } from './sessions.ts'
import { createSocialAccount, type SocialAccountPorts, takeOver } from './social-accounts.ts'
import type { ProviderIdentity } from './social-ports.ts'
import { type RedeemedCode, takeResult } from './social-results.ts'
import { ensureSigningKeys, type TokenPair, type TokenPorts } from './token-pairs.ts'
import type { Account } from './users.ts'

/** Our own word: RFC 8176 has none for a login at another service. */
export const SOCIAL_AMR = ['social']

/** Where a login comes from. */
export interface SocialLogin {
  readonly client: Client
  /** For the mails of an account that is created. */
  readonly locale: Locale
}

type Admitting = TokenPorts & Pick<Ports, 'users' | 'sessions' | 'authSessions' | 'outbox' | 'events'>

/**
 * Opens a session for what a flow ended with. An identity that is known opens its account. Otherwise the provider's verified email
 * decides: a new email opens an account, that of an unconfirmed account takes it over, and that of a confirmed account must be
 * proven. Without one, an email is proven first.
 * Refuses with `invalid_code`, `signup_closed`, `link_required`, `email_required`, `conflict`, or with the refusals of the gate.
 */
export async function redeemSocialLogin(
  ports: Admitting & SocialAccountPorts & Pick<Ports, 'social'>,
  code: RedeemedCode,
  login: SocialLogin,
): Promise<TokenPair> {
  // Without signing keys, the code must not be used up.
  await ensureSigningKeys(ports)
  const { identity } = await takeResult(ports, code, 'login')
  const { client } = login
  // A request that loses a race reads again what the other one wrote.
  const account = await withOptimisticRetry(() => accountFor(ports, identity, login))
  const now = ports.clock.now()
  // OpenID Connect Core 2. A provider that does not say when the person logged in may have kept a session for weeks.
  const authTime = Math.min(identity.authTime ?? 0, now)
  return openSocialSession(ports, account, { amr: SOCIAL_AMR, authTime, client })
}

/** Opens a session for an account that the identity opens, if the gate admits it. */
export async function openSocialSession(
  ports: Admitting,
  account: Account,
  proof: Parameters<typeof admit>[2],
): Promise<TokenPair> {
  const admission = admit(ports.policy, account, proof)
  if (typeof admission === 'string') throw await notAdmitted(ports, account, proof, admission)
  return openSession(ports, admission)
}

async function accountFor(
  ports: Admitting & SocialAccountPorts & Pick<Ports, 'social'>,
  identity: ProviderIdentity,
  { client, locale }: SocialLogin,
): Promise<Account | NotChanged> {
  // 1. The identity has an account, whatever its email says now.
  const known = await ports.identities.find(identityIdOf(identity))
  if (known.identity && known.account) {
    // The two reads are not of one moment: the account can be the one after its unlink, whose version no unlink ends any more.
    const isLinked = await ports.identities.used(known.identity, ports.clock.now())
    return isLinked ? known.account : 'version_conflict'
  }

  // 2. No account has the identity, and the provider has not verified its email.
  const { email } = identity
  if (email === undefined) throw await emailRequired(ports, identity)

  // 3. No account has the email. It may still be reserved for an owner who can undo a change of it.
  const found = await ports.users.findByEmail(email)
  if (!found) {
    const created = await createSocialAccount(ports, identity, { email, locale, client })
    if (typeof created === 'object') return created
    if (created === 'email_taken' && !(await ports.users.findByEmail(email)))
      throw await emailRequired(ports, identity)
    return 'version_conflict'
  }

  // 4. The email belongs to an account. An administrator has disabled it, or its owner proves it, or it has no owner yet.
  const proof = { amr: SOCIAL_AMR, client }
  if (found.status !== 'active') throw await notAdmitted(ports, found, proof, 'account_disabled')
  if (found.emailVerified) throw await linkRequired(ports, identity, found)
  const taken = await takeOver(ports, found, identity, { locale, client })
  return taken === 'identity_taken' ? 'version_conflict' : taken
}
