/** A holder that does not answer within this time is suspended, for example in a frozen tab. */
const WAIT_MS = 12_000

/** Runs one task at a time, in the order of the calls. `waited`: another ran before, and may have sent its result. */
export type Exclusive = <T>(task: (waited: boolean) => Promise<T>) => Promise<T>

/** A lock within this client, which is enough where no other client has the same session. */
export function ownLock(): Exclusive {
  let tail: Promise<unknown> = Promise.resolve()
  return (task) => {
    const run = tail.then(() => task(false))
    tail = run.catch(() => undefined)
    return run
  }
}

/**
 * A lock across the tabs of this browser, by the Web Locks API. It is never stolen, and a task that has waited for 12 s runs
 * without it: the server's grace period covers two refreshes at a time.
 */
export function browserLock(name: string, locks: LockManager): Exclusive {
  return async (task) => {
    let started = false
    const patience = new AbortController()
    const timer = setTimeout(() => patience.abort(), WAIT_MS)
    try {
      const before = locks.query().catch(() => undefined)
      return await locks.request(name, { signal: patience.signal }, async () => {
        started = true
        return task(Boolean((await before)?.held?.some((lock) => lock.name === name)))
      })
    } catch (error) {
      if (started) throw error
      // The wait was given up, or the browser refuses locks here, for example in a sandboxed frame.
      return await task(true)
    } finally {
      clearTimeout(timer)
    }
  }
}
