import { forgetSessions, removeAccount, withOptimisticRetry } from './account-changes.ts'
import { checkAdministratorsFactor } from './factor-policy.ts'
import { deniedUntil } from './lifetimes.ts'
import { ownAccount } from './own-account.ts'
import type { AccountChange, NotChanged, Ports } from './ports.ts'
import type { Principal } from './principal.ts'
import { Refusal } from './refusal.ts'
import type { Account, Role } from './users.ts'

/** Returns any account by its id. Refuses with `not_found`. */
export async function anyAccount({ users }: Pick<Ports, 'users'>, userId: string): Promise<Account> {
  const account = await users.findById(userId)
  if (!account) throw new Refusal('not_found')
  return account
}

/**
 * Changes a user's roles, status or name. The change takes effect on the user's next request and next refresh. Disabling ends
 * every session; enabling revives none. A value that is already set is not written. Either the whole change succeeds or none of
 * it. Roles and status change only while the principal still has the right to do so; without a principal, an operator acts on
 * the command line. Only an account with a factor becomes an administrator, unless the policy asks for none.
 * Refuses with `not_found`, `own_account` (disabling oneself), `second_factor_missing`, `last_administrator`, `unauthorized` or
 * `conflict`.
 */
export async function changeUser(
  ports: AdministrationPorts,
  principal: Principal | undefined,
  userId: string,
  wanted: {
    roles?: readonly Role[] | undefined
    status?: Account['status'] | undefined
    name?: string | undefined
  },
): Promise<Account> {
  if (wanted.status === 'disabled' && userId === principal?.userId) throw new Refusal('own_account')

  return onAccount(ports, principal, userId, async (account) => {
    const roles = wanted.roles && !hasExactly(account.roles, wanted.roles) ? wanted.roles : undefined
    const status = wanted.status !== account.status ? wanted.status : undefined
    const name = wanted.name !== account.name ? wanted.name : undefined
    if (!roles && !status) {
      if (!name) return account
      const renamed = await ports.users.setProfile(userId, { name })
      if (renamed) ports.events.record({ type: 'user.renamed', userId })
      return renamed ?? 'version_conflict'
    }
    if (roles) checkAdministratorsFactor(ports.policy, { ...account, roles })
    const changed = await change(ports, principal, account, {
      ...(roles && { roles }),
      ...(status && { status }),
      ...(name && { name }),
      endsSessions: status === 'disabled',
    })
    if (typeof changed === 'string') return changed
    if (name) ports.events.record({ type: 'user.renamed', userId })
    if (roles) ports.events.record({ type: 'user.roles_changed', userId, roles })
    if (status)
      ports.events.record({ type: status === 'disabled' ? 'user.disabled' : 'user.enabled', userId })
    if (status === 'disabled') await forgetSessions(ports, userId, changed.sessionVersion)
    return changed
  })
}

/**
 * Sets a user's roles for an operator on the command line. `rolesFrom` computes them from the account. Writes even if they are
 * the same, which repairs the set of administrators. Refuses with `not_found`, `second_factor_missing`, `last_administrator` or
 * `conflict`.
 */
export async function setRoles(
  ports: AdministrationPorts,
  userId: string,
  rolesFrom: (account: Account) => readonly Role[],
): Promise<Account> {
  const account = await onAccount(ports, undefined, userId, async (read) => {
    const roles = rolesFrom(read)
    checkAdministratorsFactor(ports.policy, { ...read, roles })
    return change(ports, undefined, read, { roles, endsSessions: false })
  })
  ports.events.record({ type: 'user.roles_changed', userId, roles: account.roles })
  return account
}

/** Ends every session of a user and outdates every access token. Refuses with `not_found`, `unauthorized` or `conflict`. */
export async function endAllSessions(
  ports: AdministrationPorts,
  principal: Principal,
  userId: string,
): Promise<void> {
  const { sessionVersion } = await onAccount(ports, principal, userId, (account) =>
    change(ports, principal, account, { endsSessions: true }),
  )
  ports.events.record({ type: 'session.all_revoked', userId })
  await forgetSessions(ports, userId, sessionVersion)
}

/** Writes an email job for a password reset that an administrator asked for. Refuses with `not_enabled` or `not_found`. */
export async function startReset(
  ports: Pick<Ports, 'users' | 'policy' | 'outbox' | 'clock' | 'events'>,
  userId: string,
): Promise<void> {
  if (!ports.policy.sendsMail) throw new Refusal('not_enabled')
  await anyAccount(ports, userId)
  await ports.outbox.put({ type: 'reset_started', userId }, ports.clock.now())
  ports.events.record({ type: 'password.reset_started', userId })
}

/** Deletes another user's account. Refuses with `not_found`, `own_account`, `last_administrator`, `unauthorized` or `conflict`. */
export async function deleteUser(
  ports: AdministrationPorts & Pick<Ports, 'userData' | 'outbox'>,
  principal: Principal | undefined,
  userId: string,
): Promise<void> {
  // Users delete their own account with their password.
  if (userId === principal?.userId) throw new Refusal('own_account')
  await removeAccount(ports, await anyAccount(ports, userId), 'administrator', principal)
}

type AdministrationPorts = Pick<Ports, 'users' | 'sessions' | 'policy' | 'clock' | 'events'>

function change(
  { users, clock }: Pick<Ports, 'users' | 'clock'>,
  by: Principal | undefined,
  account: Account,
  fields: Omit<AccountChange, 'deniedUntil' | 'by'>,
): Promise<Account | NotChanged> {
  return users.change(account, { ...fields, by, deniedUntil: deniedUntil(clock.now()) })
}

/**
 * Writes on an account as it is read. The principal's own account must match the access token, or a disabled administrator
 * could enable it.
 */
function onAccount(
  ports: Pick<Ports, 'users'>,
  principal: Principal | undefined,
  userId: string,
  write: (account: Account) => Promise<Account | NotChanged>,
): Promise<Account> {
  return withOptimisticRetry(async () =>
    write(
      principal?.userId === userId ? await ownAccount(ports, principal) : await anyAccount(ports, userId),
    ),
  )
}

const hasExactly = (roles: readonly Role[], wanted: readonly Role[]) =>
  roles.length === wanted.length && wanted.every((role) => roles.includes(role))
