import type { User } from './operations.ts'

export type AuthState =
  | { readonly event: 'signed_in' | 'user_changed' | 'updated'; readonly user: User }
  /** `reason`: `logout`, or the code of the refusal, such as `session_ended`. */
  | { readonly event: 'signed_out'; readonly user?: undefined; readonly reason: string }

export type Listener = (state: AuthState) => void

/** Tells of a failure in code of the application: a browser treats it as an uncaught error, others print it. */
export function report(error: unknown): void {
  // biome-ignore lint/suspicious/noConsole: Node and React Native have no reportError
  const tell = globalThis.reportError ?? console.error
  tell(error)
}

/** What listeners are to hear. It waits here during a lock: no code of the application runs under the lock. */
export function eventQueue() {
  const listeners = new Set<Listener>()
  const waiting: AuthState[] = []
  let telling = false

  const tell = (state: AuthState) => {
    for (const listener of listeners) {
      try {
        listener(state)
      } catch (error) {
        report(error)
      }
    }
  }
  return {
    add: (state: AuthState) => void waiting.push(state),
    /** A listener that logs out is no reason to tell the next one of the logout first. */
    flush() {
      if (telling) return
      telling = true
      for (let state = waiting.shift(); state; state = waiting.shift()) tell(state)
      telling = false
    },
    listen(listener: Listener): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
