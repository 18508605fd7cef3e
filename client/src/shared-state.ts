import type { User } from './operations.ts'

/** Whether there is a session. Empty: unknown. */
export type Hint = 'yes' | 'no' | ''

/** Time for a sign-up, whose mail the user must open before the login. */
const AWAIT_MS = 3_600_000

export interface AccessToken {
  readonly value: string
  readonly user: User
  /** Milliseconds for which the token is still valid. */
  readonly left: number
  /** Milliseconds for which the token was valid when it was issued. */
  readonly life: number
}

export type Message =
  | { readonly type: 'token'; readonly epoch: string; readonly token: AccessToken }
  | { readonly type: 'ended'; readonly epoch: string; readonly reason: string }

export interface SharedState {
  readonly isShared: boolean
  /** Every login and logout of this browser has an epoch of its own. A result of an older epoch is worth nothing. */
  epoch(): string
  /** Whether no newer epoch is known. A message may come before `localStorage` shows its epoch to this tab. */
  isNewest(epoch: string): boolean
  /** Begins a new epoch. */
  raise(): string
  hint(): Hint
  setHint(hint: Hint): void
  /** Whether the user was sent to log in on another origin within the last hour. */
  awaitsLogin(): boolean
  awaitLogin(isAwaited: boolean): void
  /** Sends to the other tabs. */
  tell(message: Message): void
}

/**
 * What the tabs of this browser share: epoch and hint through `localStorage`, access tokens through BroadcastChannel alone, so
 * that none is ever stored. Outside a document nothing is shared: a server has clients for many users in one process.
 */
export function sharedState(name: string, hear: (message: Message) => void): SharedState {
  const isShared = typeof document === 'object'
  const memory = new Map<string, string>()
  const channel = isShared && typeof BroadcastChannel === 'function' ? new BroadcastChannel(name) : undefined
  if (channel) channel.onmessage = ({ data }) => hear(data)

  /** Where `localStorage` is blocked or full, each tab has its own values. */
  let stored = isShared
  const inStorage = (use: (storage: Storage) => void) => {
    if (!stored) return
    try {
      use(localStorage)
    } catch {
      stored = false
    }
  }
  const read = (key: string) => {
    inStorage((storage) => memory.set(key, storage.getItem(`${name}:${key}`) ?? ''))
    return memory.get(key) ?? ''
  }
  const write = (key: string, value: string) => {
    memory.set(key, value)
    inStorage((storage) => storage.setItem(`${name}:${key}`, value))
  }

  /** Epochs are ordered as texts: they begin with a time of 13 digits. */
  let newest = ''
  const later = (epoch: string) => {
    if (epoch > newest) newest = epoch
    return newest
  }
  const epoch = () => later(read('epoch'))

  return {
    isShared,
    epoch,
    isNewest(other) {
      later(other)
      return epoch() === other
    },
    raise() {
      // Later than the last one, even if the clock was set back. The random part tells tabs of one millisecond apart.
      const time = Math.max(Date.now(), Number.parseInt(epoch(), 10) + 1 || 0)
      write('epoch', `${time}-${Math.random()}`)
      return epoch()
    },
    hint: () => read('session') as Hint,
    setHint: (hint) => write('session', hint),
    awaitsLogin: () => Math.abs(Date.now() - Number(read('awaits-login'))) < AWAIT_MS,
    awaitLogin: (isAwaited) => write('awaits-login', isAwaited ? String(Date.now()) : ''),
    tell: (message) => channel?.postMessage(message),
  }
}
