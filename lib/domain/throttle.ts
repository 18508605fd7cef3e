import { isIPv6 } from 'node:net'
import { type Budget, type LimitName, type Limits, lockSeconds } from './limits.ts'
import type { Clock, Counters, Fingerprints } from './ports.ts'
import { Refusal } from './refusal.ts'

/** Failures are forgotten so many seconds after the last. */
const FORGET_SECONDS = 86_400

/** Limits that hold across every instance of every function: each attempt is reserved in the store before it is made. */
export interface Throttle {
  /** Takes one from a subject's budget. Refuses with `too_many_attempts`. */
  take(limit: LimitName, subject: string): Promise<void>
  /** Takes one from a subject's budget, if there is any left. */
  hasLeft(limit: LimitName, subject: string): Promise<boolean>
  /** Puts back what was taken for something that did not come about through our own fault. */
  giveBack(limit: LimitName, subject: string): Promise<void>
  /** Reserves a try at an account's password, and says which one in a row it is. Refuses with `too_many_attempts`. */
  reserveTry(email: string): Promise<number>
  /** Forgets the failures of an account. */
  forgive(email: string): Promise<void>
}

/** Counts in `counters`, under names that tell no e-mail and no address. */
export function throttle(ports: {
  readonly counters: Counters
  readonly fingerprints: Fingerprints
  readonly clock: Clock
  readonly limits: Limits
}): Throttle {
  const { counters, fingerprints, clock, limits } = ports
  const idOf = async (limit: LimitName, subject: string) =>
    `${limit}#${await fingerprints.of(limit, subject)}`

  const counterOf = async (limit: LimitName, subject: string) => {
    const now = clock.now()
    const fingerprint = await fingerprints.of(limit, subject)
    return { now, id: `${limit}#${fingerprint}`, ...windowAt(now, limits[limit], fingerprint) }
  }

  /** 0 if one was taken, else the seconds until the next window. */
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

    async reserveTry(email) {
      const now = clock.now()
      const budget = limits.loginFailures
      const id = await idOf('loginFailures', email)
      const next = { lastAt: now, expiresAt: now + FORGET_SECONDS }

      // 1. Below the limit one unconditional look and one write are one update.
      const first = await counters.addTry(id, { ...next, free: budget.most })
      if (first.added) return first.tries

      // 2. Over it, the lock of the last failure must have passed; a day after it, all is forgotten.
      const { found } = first
      const isForgotten = found.expiresAt <= now
      const wait = isForgotten ? 0 : found.lastAt + lockSeconds(found.tries, budget) - now
      if (wait > 0) throw tooMany(wait)

      // 3. Of all who wait for this moment one gets the try.
      const tries = isForgotten ? 1 : found.tries + 1
      if (await counters.replaceTries(id, found, { ...next, tries })) return tries
      throw tooMany(Math.max(1, lockSeconds(tries, budget)))
    },

    async forgive(email) {
      await counters.forget(await idOf('loginFailures', email))
    },
  }
}

const tooMany = (retryAfter: number) => new Refusal('too_many_attempts', { retryAfter })

/** The window that is open now. Each subject's begin at another second, which nobody outside can tell. */
function windowAt(now: number, { seconds }: Budget, fingerprint: string): { start: number; end: number } {
  const offset = Number.parseInt(fingerprint.slice(0, 8), 16) % seconds
  const start = now - ((now + offset) % seconds)
  return { start, end: start + seconds }
}

/**
 * Whom an address counts as: an IPv6 client owns at least a /64, so that is one subject; an IPv4 address written as IPv6
 * is that address.
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
