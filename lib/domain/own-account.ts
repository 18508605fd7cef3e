import { type RemovalPorts, removeAccount } from './account-changes.ts'
import type { Ports, UserDataStore } from './ports.ts'
import type { Principal } from './principal.ts'
import { Refusal } from './refusal.ts'
import { settleAll } from './settle-all.ts'
import type { UserTable } from './user-data.ts'
import type { Account } from './users.ts'

/**
 * Returns the caller's own account. Refuses with `unauthorized` if it is deleted, disabled, or changed since the authorizer
 * read it. A write conditioned on this read cannot undo such a change.
 */
export async function ownAccount({ users }: Pick<Ports, 'users'>, principal: Principal): Promise<Account> {
  const account = await users.findById(principal.userId)
  if (account?.status !== 'active') throw new Refusal('unauthorized')
  if (account.claimsVersion !== principal.claimsVersion) throw new Refusal('unauthorized')
  return account
}

/** Returns the caller's own account after checking its password again (ASVS 7.5.1). Refuses with `wrong_password`. */
export async function reauthenticate(
  ports: Pick<Ports, 'users' | 'passwords'>,
  principal: Principal,
  password: string,
): Promise<Account> {
  const account = await ownAccount(ports, principal)
  if (await ports.passwords.compare(password, account.passwordHash)) return account
  throw new Refusal('wrong_password', { subject: { userId: account.id } })
}

/**
 * Deletes the caller's account, its email reservation and its sessions. Every token is refused from the next request on.
 * Refuses with `wrong_password`, `last_administrator` or `conflict`.
 */
export async function deleteOwnAccount(
  ports: RemovalPorts & Pick<Ports, 'passwords'>,
  principal: Principal,
  password: string,
): Promise<void> {
  await removeAccount(ports, await reauthenticate(ports, principal, password), 'owner')
}

/** The user's items in the tables of user data, for an export. */
export async function exportedData(
  { userData }: Pick<Ports, 'userData'>,
  userId: string,
): Promise<Readonly<Record<UserTable, Awaited<ReturnType<UserDataStore['exportOf']>>>>> {
  const read = Object.entries<UserDataStore>({ ...userData }).map(
    async ([table, store]) => [table, await store.exportOf(userId)] as const,
  )
  return Object.fromEntries(await settleAll(...read)) as never
}
