import { deviceOf } from './devices.ts'
import { provenEmail, tellProvenEmail } from './email-proofs.ts'
import type { FactorRemovalPorts } from './factor-removal.ts'
import { recordLink, tellLink } from './identity-changes.ts'
import { linkedTo } from './identity-ids.ts'
import { deniedUntil } from './lifetimes.ts'
import type { Locale } from './locales.ts'
import { newAccount } from './new-accounts.ts'
import { isNameLength, isReadable } from './person-names.ts'
import type { Client, NotChanged, Ports } from './ports.ts'
import { Refusal } from './refusal.ts'
import type { ProviderIdentity } from './social-ports.ts'
import type { Account } from './users.ts'

export type SocialAccountPorts = FactorRemovalPorts &
  Pick<Ports, 'users' | 'identities' | 'policy' | 'outbox' | 'clock' | 'events'>

/** The name at the provider, as a sign-up would accept it; empty if there is none. The account page asks for it later. */
function nameOf({ name = '' }: ProviderIdentity): string {
  const text = name.trim()
  return isReadable(text) && isNameLength(text) ? text : ''
}

/**
 * Creates the account of a proven email, with the identity that opens it: both or neither. Refuses with `signup_closed`.
 */
export async function createSocialAccount(
  ports: SocialAccountPorts,
  identity: ProviderIdentity,
  { email, locale, client }: { email: string; locale: Locale; client: Client },
): Promise<Account | 'email_taken' | 'identity_taken'> {
  if (ports.policy.signUp === 'closed') throw new Refusal('signup_closed')
  const now = ports.clock.now()
  const proven = { email, name: nameOf(identity), locale, emailVerified: true, passwordHash: '' }
  const account = newAccount({ ...proven, identities: 1, client, now })
  const linked = linkedTo(account.id, identity, now)
  const outcome = await ports.users.create(account, now, linked)
  if (outcome !== 'created') return outcome
  ports.events.record({ type: 'user.created', userId: account.id })
  recordLink(ports, linked)
  return account
}

/**
 * Gives an unconfirmed account to the person who has proven its email. A stranger may have signed up with it and
 * waited for its owner (pre-account hijacking). So only the id stays: name and language are replaced, and the password, factors,
 * identities, codes and sessions go.
 */
export async function takeOver(
  ports: SocialAccountPorts,
  account: Account,
  identity: ProviderIdentity,
  { locale, client }: { locale: Locale; client: Client },
): Promise<Account | NotChanged> {
  const now = ports.clock.now()
  const linked = linkedTo(account.id, identity, now)
  const removes = account.identities > 0 ? await ports.identities.list(account.id) : []
  const changed = await ports.users.change(account, {
    ...(await provenEmail(ports, account)),
    name: nameOf(identity),
    locale,
    passwordHash: '',
    // The former sessions and codes are of another version.
    endsSessions: true,
    deniedUntil: deniedUntil(now),
    devices: [deviceOf(client)],
    identities: 1,
    identityWrites: { adds: linked, removes },
  })
  if (typeof changed === 'string') return changed
  const userId = account.id
  ports.events.record({ type: 'email.verified', userId })
  ports.events.record({ type: 'password.voided', userId, reason: 'first_proof' })
  await tellProvenEmail(ports, account)
  await tellLink(ports, linked)
  return changed
}
