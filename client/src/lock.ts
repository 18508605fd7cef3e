/** A refresh ends within 10 s. A holder that takes longer is suspended, for example in a frozen tab. */
const REFRESH_WAIT_MS = 12_000
/** A login waits for a refresh, and then ends within 30 s. */
const LOGIN_WAIT_MS = 45_000

/** Runs one task at a time, in the order of the calls. `waited`: another ran before, and may have sent its result. */
export type Exclusive = <T>(task: (waited: boolean) => Promise<T>) => Promise<T>

/** A login or logout runs alone: its answer and that of a refresh set the same cookie. */
export interface Locks {
  readonly refresh: Exclusive
  readonly login: Exclusive
}

/** Locks within this client, which are enough where no other client has the same session. */
export function ownLocks(): Locks {
  let tail: Promise<unknown> = Promise.resolve()
  const lock: Exclusive = (task) => {
    const run = tail.then(() => task(false))
    tail = run.catch(() => undefined)
    return run
  }
  return { refresh: lock, login: lock }
}

/** Locks across the tabs of this browser. */
export function browserLocks(name: string, locks: LockManager): Locks {
  const refresh = browserLock(name, REFRESH_WAIT_MS, locks)
  const login = browserLock(`${name}:login`, LOGIN_WAIT_MS, locks)
  return {
    // It holds the lock of logins only until it stands in the queue of its own, so that no login waits long for a suspended tab.
    async refresh(task) {
      const [run] = await login(async (before) => [refresh((waited) => task(before || waited))])
      return run
    },
    // The queue is first come, first served: no refresh comes between the two locks.
    login: (task) =>
      login(async (waited) => {
        await refresh(async () => undefined)
        return task(waited)
      }),
  }
}

/**
 * A lock by the Web Locks API. It is never stolen, and a task that has waited too long runs without it: the server's grace period
 * covers two refreshes at a time.
 */
function browserLock(name: string, waitMs: number, locks: LockManager): Exclusive {
  return async (task) => {
    let started = false
    const patience = new AbortController()
    const timer = setTimeout(() => patience.abort(), waitMs)
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
