import type { Counters } from '../../lib/domain/ports.ts'
import { type MemoryTables, roundTrip } from './memory-tables.ts'

export function memoryCounters({ windows, attempts }: MemoryTables): Counters {
  return {
    async take(id, { window, most }) {
      await roundTrip()
      const taken = windows.get(`${id} ${window}`) ?? 0
      if (taken < most) windows.set(`${id} ${window}`, taken + 1)
      return taken < most
    },
    async giveBack(id, window) {
      await roundTrip()
      const taken = windows.get(`${id} ${window}`) ?? 0
      if (taken > 0) windows.set(`${id} ${window}`, taken - 1)
    },
    async addAttempt(id, { free, ...next }) {
      await roundTrip()
      const found = attempts.get(id)
      if (found && (found.attempts >= free || found.expiresAt <= next.lastAt)) return { added: false, found }
      const count = (found?.attempts ?? 0) + 1
      attempts.set(id, { ...next, attempts: count })
      return { added: true, attempts: count }
    },
    async replaceAttempts(id, from, to) {
      await roundTrip()
      const found = attempts.get(id)
      if (found?.attempts !== from.attempts || found.lastAt !== from.lastAt) return false
      attempts.set(id, to)
      return true
    },
    async forget(id) {
      await roundTrip()
      attempts.delete(id)
    },
  }
}
