import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import type { Seconds } from '../domain/lifetimes.ts'

const DIGITS = 6
/** Authenticator apps support other values badly (RFC 6238 section 5.2 recommends 30 s). */
const STEP_SECONDS = 30

/** The code for a counter: HMAC-SHA-1, dynamically truncated (RFC 4226 section 5.3). */
export function hotp(key: KeyObject | Buffer, counter: number): string {
  const message = Buffer.alloc(8)
  message.writeBigUInt64BE(BigInt(counter))
  const mac = createHmac('sha1', key).update(message).digest()
  const offset = mac.readUInt8(mac.length - 1) & 0xf
  const truncated = mac.readUInt32BE(offset) & 0x7fff_ffff
  return String(truncated % 10 ** DIGITS).padStart(DIGITS, '0')
}

/** The time step of an instant (RFC 6238 section 4.2). */
export const timeStepAt = (now: Seconds): number => Math.floor(now / STEP_SECONDS)

/**
 * Returns the time step of a code: the current one, or one step earlier or later, because clocks differ and a code takes time to
 * type (RFC 6238 section 6). Compares every step in constant time. If a code fits two steps, the later one counts: otherwise the
 * same code would be accepted again.
 */
export function matchingStep(key: KeyObject | Buffer, code: string, now: Seconds): number | undefined {
  const given = Buffer.from(code)
  if (given.length !== DIGITS) return undefined
  const current = timeStepAt(now)
  let found: number | undefined
  for (const step of [current - 1, current, current + 1])
    if (timingSafeEqual(given, Buffer.from(hotp(key, step)))) found = step
  return found
}
