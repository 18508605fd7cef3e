import { randomUUID } from 'node:crypto'
import { type Account, noFactors } from '../../lib/domain/users.ts'

/** An account with an id and email of its own, not stored yet. */
export function newAccount(change: Partial<Account> = {}): Account {
  const id = randomUUID()
  return {
    id,
    email: `${id}@example.com`,
    name: 'Ada Lovelace',
    roles: ['user'],
    emailVerified: false,
    createdAt: '2027-01-15T08:00:00.000Z',
    locale: 'en',
    status: 'active',
    passwordHash:
      'bcrypt-hmac-sha384.0123456789ab.$2b$12$abcdefghijklmnopqrstuu5555555555555555555555555555555',
    claimsVersion: 1,
    sessionVersion: 1,
    devices: [],
    factors: noFactors,
    identities: 0,
    ...change,
  }
}
