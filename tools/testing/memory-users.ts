import { randomUUID } from 'node:crypto'
import type { Clock, UserStore } from '../../lib/domain/ports.ts'
import {
  type Account,
  isActiveAdministrator,
  isExpired,
  type ListedUser,
  positionOf,
} from '../../lib/domain/users.ts'
import { memoryAccountChanges } from './memory-account-changes.ts'
import { isFree, type MemoryTables, roundTrip } from './memory-tables.ts'

export function memoryUsers(tables: MemoryTables, clock: Clock): UserStore {
  const { accounts, formerEmails, identities, reservations } = tables
  const alive = (account: Account | undefined) =>
    account && isExpired(account, clock.now()) ? undefined : account

  return {
    ...memoryAccountChanges(tables),
    async create(account, now, identity) {
      await roundTrip()
      if (!isFree(tables, account.email, now)) return 'email_taken'
      if (identity && identities.has(identity.id)) return 'identity_taken'
      if (accounts.has(account.id)) throw new Error('An account has this id')
      const { id, keptUntil } = account
      reservations.set(account.email, { userId: id, ...(keptUntil !== undefined && { keptUntil }) })
      accounts.set(account.id, account)
      if (identity) identities.set(identity.id, identity)
      return 'created'
    },
    async ownerOf(email) {
      await roundTrip()
      return reservations.get(email)?.userId ?? randomUUID()
    },
    async findByEmail(email) {
      await roundTrip()
      const account = alive(accounts.get(reservations.get(email)?.userId ?? ''))
      return account?.email === email ? account : undefined
    },
    async findById(userId) {
      await roundTrip()
      return alive(accounts.get(userId))
    },
    async endExpiry({ id, email }) {
      await roundTrip()
      const { keptUntil: _, ...account } = accounts.get(id) ?? { id: '' }
      if (account.id !== id || reservations.get(email)?.userId !== id) return false
      accounts.set(id, account as Account)
      reservations.set(email, { userId: id })
      return true
    },
    async replacePasswordHash(userId, from, to) {
      await roundTrip()
      const account = accounts.get(userId)
      if (account?.passwordHash !== from) return 'version_conflict'
      accounts.set(userId, { ...account, passwordHash: to })
      return 'replaced'
    },
    async setProfile(userId, { name, locale }) {
      await roundTrip()
      const account = accounts.get(userId)
      const profile = { ...(name !== undefined && { name }), ...(locale && { locale }) }
      if (account) accounts.set(userId, { ...account, ...profile })
      return accounts.get(userId)
    },
    async formerEmail(userId, now) {
      await roundTrip()
      const former = formerEmails.get(userId)
      return former && former.keptUntil > now ? former : undefined
    },
    async rememberDevices(userId, devices, sessionVersion) {
      await roundTrip()
      const account = accounts.get(userId)
      if (account?.sessionVersion === sessionVersion) accounts.set(userId, { ...account, devices })
    },
    async list({ limit, order, after }) {
      await roundTrip()
      const direction = order === 'asc' ? 1 : -1
      const isBehind = (position: string) =>
        after === undefined || (order === 'asc' ? position > after : position < after)
      const behind = [...accounts.values()]
        .filter((account) => isBehind(positionOf(account)))
        .sort((a, b) => (positionOf(a) < positionOf(b) ? -direction : direction))
      const found = behind.slice(0, limit)
      const last = behind.length > limit ? found.at(-1) : undefined
      return {
        users: found.filter((account) => alive(account)).map(listed),
        behind: last && positionOf(last),
      }
    },
    async administrators() {
      await roundTrip()
      return [...accounts.values()].filter(isActiveAdministrator).map(({ id }) => id)
    },
  }
}

function listed({ id, email, name, roles, emailVerified, createdAt, status }: Account): ListedUser {
  return { id, email, name, roles, emailVerified, createdAt, status }
}
