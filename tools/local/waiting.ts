import { setTimeout as wait } from 'node:timers/promises'
import type { Child } from './child.ts'

const PAUSE_MS = 100
/** One question. A first request may wait for a function that is loaded. */
const ANSWER_MS = 20_000

/**
 * Asks an address until `isReady` says that what answers is what was started. @throws a sentence with the log if the program
 * ends first, or takes longer than this: no wait is without an end.
 */
export async function untilReady(
  child: Child,
  address: string,
  seconds: number,
  isReady: (text: string) => boolean = () => true,
): Promise<void> {
  const end = Date.now() + seconds * 1000
  while (Date.now() < end) {
    if (child.ended()) throw new Error(`${child.name} ended before it answered: ${child.lastWords()}`)
    const signal = AbortSignal.timeout(Math.max(1, Math.min(ANSWER_MS, end - Date.now())))
    const text = await fetch(address, { signal })
      .then((answer) => answer.text())
      .catch(() => undefined)
    if (text !== undefined) {
      if (isReady(text)) return
      throw new Error(`${child.name} cannot load the functions: ${child.lastWords()}`)
    }
    await wait(PAUSE_MS)
  }
  throw new Error(
    `${child.name} did not answer on ${address} within ${seconds} s${child.log ? `: see ${child.log}` : ''}`,
  )
}
