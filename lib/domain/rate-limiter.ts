import { isIPv6 } from 'node:net'
import { type Budget, type LimitName, type Limits, lockSeconds } from './limits.ts'
import type { Clock, Counters, KeyedHashes, RateLimiter } from './ports.ts'
import { Refusal } from './refusal.ts'

/** Failures are forgotten this long after the last one. */
const FORGET_SECONDS = 86_400

/** A rate limiter on shared counters, whose ids are keyed hashes of emails and addresses. */
export function rateLimiter(ports: {
  readonly counters: Counters
  readonly keyedHashes: KeyedHashes
  readonly clock: Clock
  readonly limits: Limits
}): RateLimiter {
  const { counters, keyedHashes, clock, limits } = ports
  const idOf = async (limit: LimitName, subject: string) => `${limit}#${await keyedHashes.of(limit, subject)}`

  const counterOf = async (limit: LimitName, subject: string) => {
    const now = clock.now()
    const keyedHash = await keyedHashes.of(limit, subject)
    return { now, id: `${limit}#${keyedHash}`, ...windowAt(now, limits[limit], keyedHash) }
  }

  /** Returns 0 if one was taken, otherwise the seconds until the next window. */
  const waitOf = async (limit: LimitName, subject: string): Promise<number> => {
    const { now, id, start, end } = await counterOf(limit, subject)
    const window = { window: start, most: limits[limit].most, expiresAt: end }
    return (await counters.take(id, window)) ? 0 : end - now
  }

  return {
    async take(limit, subject) {
      const wait = await waitOf(limit, subject)
      if (wait > 0) throw tooMany(wait)
    },

    async hasLeft(limit, subject) {
      return (await waitOf(limit, subject)) === 0
    },

    async giveBack(limit, subject) {
      const { id, start } = await counterOf(limit, subject)
      await counters.giveBack(id, start)
    },

    async reserveAttempt(email) {
      const now = clock.now()
      const budget = limits.loginFailures
      const id = await idOf('loginFailures', email)
      const next = { lastAt: now, expiresAt: now + FORGET_SECONDS }

      // 1. Below the limit, check and write are one update.
      const first = await counters.addAttempt(id, { ...next, free: budget.most })
      if (first.added) return first.attempts

      // 2. Over it, the lock of the last failure must have passed. A day after the last failure, all failures are forgotten.
      const { found } = first
      const isForgotten = found.expiresAt <= now
      const wait = isForgotten ? 0 : found.lastAt + lockSeconds(found.attempts, budget) - now
      if (wait > 0) throw tooMany(wait)

      // 3. Of several parallel attempts at the end of a lock, one succeeds.
      const attempts = isForgotten ? 1 : found.attempts + 1
      if (await counters.replaceAttempts(id, found, { ...next, attempts })) return attempts
      throw tooMany(Math.max(1, lockSeconds(attempts, budget)))
    },

    async resetAttempts(email) {
      await counters.forget(await idOf('loginFailures', email))
    },
  }
}

const tooMany = (retryAfter: number) => new Refusal('too_many_attempts', { retryAfter })

/** The current window. Windows begin at a different second for each subject, which cannot be guessed from outside. */
function windowAt(now: number, { seconds }: Budget, keyedHash: string): { start: number; end: number } {
  const offset = Number.parseInt(keyedHash.slice(0, 8), 16) % seconds
  const start = now - ((now + offset) % seconds)
  return { start, end: start + seconds }
}

/**
 * The subject of a client address. An IPv6 client owns at least a /64, so a /64 is one subject. An IPv4 address mapped to IPv6
 * counts as the IPv4 address.
 */
export function subjectOfIp(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1]
  if (mapped) return mapped
  if (!isIPv6(ip)) return ip
  const [head = '', tail] = ip.toLowerCase().split('%', 1)[0]?.split('::') ?? []
  const groups = (part: string) => (part === '' ? [] : part.split(':'))
  const [before, after] = [groups(head), groups(tail ?? '')]
  // An IPv4 address at the end stands for two groups.
  const written = before.length + after.length + (ip.includes('.') ? 1 : 0)
  const all = tail === undefined ? before : [...before, ...Array<string>(8 - written).fill('0'), ...after]
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
