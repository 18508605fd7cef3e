import type { Seconds } from '../../lib/domain/lifetimes.ts'
import type { Clock } from '../../lib/domain/ports.ts'

/** A clock that changes only by `advance`. */
export interface TestClock extends Clock {
  advance(seconds: Seconds): void
}

export function testClock(start: Seconds = 1_800_000_000): TestClock {
  let now = start
  return {
    now: () => now,
    advance(seconds) {
      now += seconds
    },
  }
}
