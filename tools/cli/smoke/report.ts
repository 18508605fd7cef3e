import { Failed } from './expect.ts'

/** Adds to what is said of a check that passes. */
type Note = (text: string) => void

/** Runs checks, prints a row of each as it ends, and remembers whether one has failed. */
export interface Report {
  /** What `run` gives, or `undefined` if the check has failed. @throws `Interrupted` once it was asked to stop. */
  check<T>(name: string, run: (note: Note) => Promise<T>): Promise<T | undefined>
  /** A check that could not be made, and why. */
  leftOut(reason: string): void
  readonly failed: number
  readonly passed: number
  readonly notTried: readonly string[]
}

/** Somebody has asked to stop. */
export class Interrupted extends Error {}

const NAME_WIDTH = 62

export function report(print: (line: string) => void, stopped?: AbortSignal): Report {
  const counts = { passed: 0, failed: 0 }
  const notTried: string[] = []
  const row = (result: 'pass' | 'FAIL', start: number, name: string, detail: string) => {
    const time = `${Math.round(performance.now() - start)} ms`.padStart(9)
    print(`${result}${time}  ${detail ? `${name.padEnd(NAME_WIDTH)}  ${detail}` : name}`)
  }
  return {
    async check(name, run) {
      if (stopped?.aborted) throw new Interrupted()
      const start = performance.now()
      const notes: string[] = []
      try {
        const result = await run((text) => text && notes.push(text))
        counts.passed++
        row('pass', start, name, notes.join('; '))
        return result
      } catch (error) {
        if (stopped?.aborted) throw new Interrupted()
        counts.failed++
        // What is not a sentence of ours may quote what it should not.
        row('FAIL', start, name, error instanceof Failed ? error.message : `broke (${(error as Error).name})`)
        return undefined
      }
    },
    leftOut: (reason) => void notTried.push(reason),
    get passed() {
      return counts.passed
    },
    get failed() {
      return counts.failed
    },
    notTried,
  }
}
