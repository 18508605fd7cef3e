import { type Caller, forgetSessions, removeAccount } from './accounts.ts'
import { deniedUntil } from './lifetimes.ts'
import type { AccountChange, NotChanged, Ports, UserPage } from './ports.ts'
import { Refusal } from './refusal.ts'
import { type Account, type ListedUser, positionOf, type Role } from './users.ts'

const TRIES = 5

/**
 * A page of users by when they signed up, or the one with an e-mail. `nextCursor` is `null` on the last page; it leads on
 * for a day, for the one who was given it. Refuses with `invalid_request` for a cursor that is not theirs.
 */
export async function listUsers(
  { users, cursors, clock }: Pick<Ports, 'users' | 'cursors' | 'clock'>,
  { userId }: Pick<Caller, 'userId'>,
  {
    limit,
    order,
    cursor,
    email,
  }: Omit<UserPage, 'after'> & { cursor?: string | undefined; email?: string | undefined },
): Promise<{ users: ListedUser[]; nextCursor: string | null }> {
  if (email !== undefined) {
    const account = await users.findByEmail(email)
    return { users: account ? [account] : [], nextCursor: null }
  }
  const now = clock.now()
  const after = cursor === undefined ? undefined : await cursors.open(cursor, order, userId, now)
  if (cursor !== undefined && after === undefined) {
    const message = 'must be the nextCursor of an earlier page of this order'
    throw new Refusal('invalid_request', { issues: [{ path: 'cursor', message }] })
  }
  const page = await users.list({ limit, order, after })
  const last = page.users.at(-1)
  const nextCursor = page.more && last ? await cursors.seal(positionOf(last), order, userId, now) : null
  return { users: [...page.users], nextCursor }
}

/** Any account by its id. Refuses with `not_found`. */
export async function anyAccount({ users }: Pick<Ports, 'users'>, userId: string): Promise<Account> {
  const account = await users.findById(userId)
  if (!account) throw new Refusal('not_found')
  return account
}

/**
 * Changes a user's roles, status or name, in force on the user's next request and next refresh; disabling ends every
 * session, and enabling revives none. What is already so is left alone.
 * Refuses with `not_found`, `own_account` (disabling oneself), `last_administrator` or `conflict`.
 */
export async function changeUser(
  ports: Pick<Ports, 'users' | 'sessions' | 'clock' | 'events'>,
  caller: Pick<Caller, 'userId'>,
  userId: string,
  wanted: {
    roles?: readonly Role[] | undefined
    status?: Account['status'] | undefined
    name?: string | undefined
  },
): Promise<Account> {
  if (wanted.status === 'disabled' && userId === caller.userId) throw new Refusal('own_account')
  if (wanted.name !== undefined && !(await ports.users.rename(userId, wanted.name)))
    throw new Refusal('not_found')

  return retried(ports, userId, async (account) => {
    const roles = wanted.roles && !hasExactly(account.roles, wanted.roles) ? wanted.roles : undefined
    const status = wanted.status !== account.status ? wanted.status : undefined
    if (!roles && !status) return account
    const changed = await change(ports, account, {
      ...(roles && { roles }),
      ...(status && { status }),
      endsSessions: status === 'disabled',
    })
    if (typeof changed === 'string') return changed
    if (roles) ports.events.record({ type: 'user.roles_changed', userId })
    if (status)
      ports.events.record({ type: status === 'disabled' ? 'user.disabled' : 'user.enabled', userId })
    if (status === 'disabled') await forgetSessions(ports, userId)
    return changed
  })
}

/** Ends every session of a user at once, and outdates every access token. Refuses with `not_found` or `conflict`. */
export async function endAllSessions(
  ports: Pick<Ports, 'users' | 'sessions' | 'clock' | 'events'>,
  userId: string,
): Promise<void> {
  await retried(ports, userId, (account) => change(ports, account, { endsSessions: true }))
  ports.events.record({ type: 'session.all_revoked', userId })
  await forgetSessions(ports, userId)
}

/** Deletes another user's account. Refuses with `not_found`, `own_account`, `last_administrator` or `conflict`. */
export async function deleteUser(
  ports: Pick<Ports, 'users' | 'sessions' | 'clock' | 'events'>,
  caller: Pick<Caller, 'userId'>,
  userId: string,
): Promise<void> {
  // One's own account is deleted with one's password.
  if (userId === caller.userId) throw new Refusal('own_account')
  await removeAccount(ports, await anyAccount(ports, userId))
}

function change(
  { users, clock }: Pick<Ports, 'users' | 'clock'>,
  account: Account,
  fields: Omit<AccountChange, 'deniedUntil'>,
): Promise<Account | NotChanged> {
  return users.change(account, { ...fields, deniedUntil: deniedUntil(clock.now()) })
}

/** Reads and writes; again, on what stands there then, if somebody was quicker. */
async function retried(
  ports: Pick<Ports, 'users'>,
  userId: string,
  write: (account: Account) => Promise<Account | NotChanged>,
): Promise<Account> {
  for (let tried = 0; tried < TRIES; tried++) {
    const outcome = await write(await anyAccount(ports, userId))
    if (outcome === 'last_administrator') throw new Refusal('last_administrator')
    if (outcome !== 'changed_meanwhile') return outcome
  }
  throw new Refusal('conflict')
}

const hasExactly = (roles: readonly Role[], wanted: readonly Role[]) =>
  roles.length === wanted.length && wanted.every((role) => roles.includes(role))
