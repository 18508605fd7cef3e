import type { CodeStore, OneTimeCode } from '../../lib/domain/ports.ts'
import { type MemoryTables, roundTrip } from './memory-tables.ts'

export const codeId = ({ userId, purpose }: Pick<OneTimeCode, 'userId' | 'purpose'>) => `${userId} ${purpose}`
/** Whether a code was neither redeemed nor replaced. */
export function isStill({ codes }: MemoryTables, code: OneTimeCode): boolean {
  const stored = codes.get(codeId(code))
  return stored?.tokenHash === code.tokenHash && !stored.redeemed
}

export function memoryCodes(tables: MemoryTables): CodeStore {
  const { codes, accounts } = tables
  return {
    async put(code) {
      await roundTrip()
      for (const [id, { userId, purpose }] of codes)
        if (userId === code.userId && purpose === code.purpose) codes.delete(id)
      codes.set(codeId(code), code)
    },
    async add(code, now) {
      await roundTrip()
      const links = [...codes].filter(
        ([, { userId, purpose }]) => userId === code.userId && purpose === code.purpose,
      )
      const isBeside = links.some(
        ([, { sessionVersion, email, expiresAt }]) =>
          sessionVersion === code.sessionVersion && email === code.email && expiresAt > now,
      )
      if (!isBeside || links.length >= 8) for (const [id] of links) codes.delete(id)
      codes.set(`${codeId(code)} ${code.tokenHash}`, code)
    },
    async find(userId, purposes) {
      await roundTrip()
      const found = purposes.flatMap((purpose) =>
        [...codes.values()].filter((code) => code.userId === userId && code.purpose === purpose),
      )
      return { codes: found, account: accounts.get(userId) }
    },
    async attemptDigits(of, challengeHash, most, now) {
      await roundTrip()
      const code = codes.get(codeId(of))
      if (code?.challengeHash !== challengeHash || code.attempts >= most || code.expiresAt <= now)
        return undefined
      const tried = { ...code, attempts: code.attempts + 1 }
      codes.set(codeId(code), tried)
      return tried
    },
    async redeem(code, { id, claimsVersion }) {
      await roundTrip()
      if (!isStill(tables, code) || accounts.get(id)?.claimsVersion !== claimsVersion) return 'spent'
      codes.delete(codeId(code))
      return 'redeemed'
    },
  }
}
