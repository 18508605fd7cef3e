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
  return unchanged(await users.findById(principal.userId), principal)
}

function unchanged(account: Account | undefined, { claimsVersion }: Principal): Account {
  if (account?.status !== 'active' || account.claimsVersion !== claimsVersion)
    throw new Refusal('unauthorized')
  return account
}

/** The caller's own account, with what it can prove. Refuses like `ownAccount`. */
export async function ownFactors(
  { totps, passkeys: store }: Pick<Ports, 'totps' | 'passkeys'>,
  principal: Principal,
) {
  const { userId } = principal
  const [{ account, ...found }, passkeys] = await settleAll(totps.find(userId), store.list(userId))
  return { ...found, passkeys, account: unchanged(account, principal) }
}

/**
 * Checks the current password of an account that has one, for a change of it (ASVS 6.2.3). Refuses with `wrong_password`, also if
 * it is missing.
 */
export async function checkPassword(
  { passwords }: Pick<Ports, 'passwords'>,
  { id: userId, passwordHash }: Account,
  password: string | undefined,
): Promise<void> {
  if (passwordHash === '') return
  if (password === undefined || !(await passwords.compare(password, passwordHash)))
    throw new Refusal('wrong_password', { subject: { userId }, isAttempt: password !== undefined })
}

/**
 * Deletes the caller's account, its email reservation, its factors and its sessions. Every token is refused from the next request
 * on. Refuses with `last_administrator` or `conflict`.
 */
export async function deleteOwnAccount(ports: RemovalPorts, principal: Principal): Promise<void> {
  await removeAccount(ports, await ownAccount(ports, principal), 'owner')
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
