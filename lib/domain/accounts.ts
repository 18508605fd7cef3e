import { randomUUID } from 'node:crypto'
import type { Ports } from './ports.ts'
import { Refusal } from './refusal.ts'
import type { Account } from './users.ts'

/**
 * Opens an account for an e-mail that nobody holds.
 * Takes a canonical e-mail and an acceptable password; refuses with `email_taken`.
 */
export async function signUp(
  { users, passwords, clock, events }: Pick<Ports, 'users' | 'passwords' | 'clock' | 'events'>,
  input: { email: string; password: string; name: string },
): Promise<Account> {
  const account: Account = {
    id: randomUUID(),
    email: input.email,
    name: input.name,
    roles: ['user'],
    emailVerified: false,
    createdAt: new Date(clock.now() * 1000).toISOString(),
    status: 'active',
    passwordHash: await passwords.hash(input.password),
    claimsVersion: 1,
    epoch: 1,
  }
  if ((await users.create(account)) === 'email_taken') throw new Refusal('email_taken')
  events.record({ type: 'user.created', userId: account.id })
  return account
}
