import type { IdentityStore, LinkSession, SocialStore } from '../../lib/domain/social-ports.ts'
import { type MemoryTables, roundTrip } from './memory-tables.ts'

export const memoryIdentities = ({ accounts, identities }: MemoryTables): IdentityStore => ({
  async find(id) {
    await roundTrip()
    const identity = identities.get(id)
    const account = identity && accounts.get(identity.userId)
    return { identity: account && identity, account }
  },
  async list(userId) {
    await roundTrip()
    return [...identities.values()]
      .filter((identity) => identity.userId === userId)
      .sort((a, b) => a.linkedAt - b.linkedAt || (a.id < b.id ? -1 : 1))
  },
  async used({ userId, id }, now) {
    await roundTrip()
    const found = identities.get(id)
    if (found?.userId !== userId) return false
    identities.set(id, { ...found, lastUsedAt: now })
    return true
  },
})

export function memorySocial({ flows, linkTickets, results, linkSessions }: MemoryTables): SocialStore {
  return {
    putFlow: put(flows, ({ stateHash }) => stateHash),
    findFlow: find(flows),
    takeFlow: take(flows),
    async nameFlow(stateHash, name) {
      await roundTrip()
      const found = flows.get(stateHash)
      if (found) flows.set(stateHash, { ...found, name })
    },
    putTicket: put(linkTickets, ({ ticketHash }) => ticketHash),
    takeTicket: take(linkTickets),
    putResult: put(results, ({ codeHash }) => codeHash),
    takeResult: take(results),
    putLinkSession: put(linkSessions, ({ tokenHash }) => tokenHash),
    findLinkSession: find(linkSessions),
    async putLinkCode(tokenHash, code) {
      await roundTrip()
      const found = linkSessions.get(tokenHash)
      if (found) linkSessions.set(tokenHash, { ...found, code })
      return found !== undefined
    },
    async attemptLinkCode(tokenHash, most, now) {
      await roundTrip()
      const found = linkSessions.get(tokenHash)
      const { code } = found ?? {}
      if (!found || !code || code.attempts >= most || code.expiresAt <= now || found.expiresAt <= now)
        return undefined
      const counted: LinkSession = { ...found, code: { ...code, attempts: code.attempts + 1 } }
      linkSessions.set(tokenHash, counted)
      return counted
    },
  }
}

const put =
  <T>(table: Map<string, T>, key: (item: T) => string) =>
  async (item: T): Promise<void> => {
    await roundTrip()
    table.set(key(item), item)
  }

const find =
  <T>(table: Map<string, T>) =>
  async (key: string): Promise<T | undefined> => {
    await roundTrip()
    return table.get(key)
  }

const take =
  <T>(table: Map<string, T>) =>
  async (key: string): Promise<T | undefined> => {
    await roundTrip()
    const found = table.get(key)
    table.delete(key)
    return found
  }
