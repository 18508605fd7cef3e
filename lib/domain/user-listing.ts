import type { Ports, UserPage } from './ports.ts'
import type { Principal } from './principal.ts'
import { Refusal } from './refusal.ts'
import type { ListedUser } from './users.ts'

/**
 * Returns a page of users in the order of sign-ups, or the one user with an email. `nextCursor` is `null` on the last page. It
 * is valid for a day, for the user who received it. Refuses with `invalid_request` for any other cursor.
 */
export async function listUsers(
  { users, cursors, clock }: Pick<Ports, 'users' | 'cursors' | 'clock'>,
  { userId }: Pick<Principal, 'userId'>,
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
    const message = 'must be the nextCursor of a page with the same order'
    throw new Refusal('invalid_request', { issues: [{ path: 'cursor', message }] })
  }
  const page = await users.list({ limit, order, after })
  const nextCursor = page.behind === undefined ? null : await cursors.seal(page.behind, order, userId, now)
  return { users: [...page.users], nextCursor }
}
