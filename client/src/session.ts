// Longer than 150 lines: token, user, epoch and refresh are one state, and each race is between two of them. How long a token is
// valid and when a refresh is sent again are files of their own.

import { ApiError, type CommonCode } from './api-error.ts'
import { heldToken, type Moment, now } from './held-token.ts'
import { eventQueue, type Listener } from './listeners.ts'
import { browserLocks, type Exclusive, ownLocks } from './lock.ts'
import type { Operations, User } from './operations.ts'
import { withRetries } from './refresh-retries.ts'
import { refreshTokenIn, type TokenStorage } from './refresh-token.ts'
import type { Send } from './send.ts'
import { type AccessToken, type Message, sharedState } from './shared-state.ts'

/** `undefined`: there is no session. */
export type TokenResult = AccessToken | undefined | ApiError<RefreshCode>
type RefreshCode = Operations['refresh']['refusal'] | CommonCode

export interface Session {
  /** Renews the token if it is `stale` or about to expire. */
  token(stale?: string): Promise<TokenResult>
  /**
   * Runs a login: no refresh runs at the same time, and older results are worth nothing. A logout that is asked for meanwhile wins.
   * `ofUser`: it is a call of the user who is logged in, and worth nothing after a login of another.
   */
  login(attempt: () => Promise<AnyResult>, ofUser: boolean): Promise<AnyResult>
  /**
   * Forgets the session in every tab at once, then runs `request`, which tells the server. A login waits for it: the answer to a
   * logout deletes the cookie.
   */
  logout<T>(reason: string, request: (tokens: Tokens) => Promise<T>): Promise<T>
  /** The user of the last token. */
  readonly user: User | undefined
  /** Whether there is a session; `undefined`: only a refresh can tell. */
  isKnown(): boolean | undefined
  /** Takes over newer data of the user. */
  update(user: User | undefined): void
  /** A login may have happened on another origin: the next call asks the server. */
  forget(): void
  listen(listener: Listener): () => void
}

export type AnyResult = { readonly data?: unknown; readonly error?: ApiError | undefined }

export interface Tokens {
  readonly accessToken: string | undefined
  readonly refreshToken: string | undefined
}

export type TokenResponse = Operations['refresh']['output'] & { readonly refreshToken?: string }

/** The longest wait for a token that another tab has just received. */
const HANDOVER_MS = 500

/** These end the session. Anything else is an outage, and what an outage causes is no logout. */
const endings: readonly string[] = ['session_ended', 'refresh_token_reused', 'invalid_refresh_token']

export function createSession(name: string, send: Send, storage: TokenStorage | undefined): Session {
  const events = eventQueue()
  const stored = refreshTokenIn(storage)
  const shared = sharedState(name, hear)
  const locks = shared.isShared ? globalThis.navigator?.locks : undefined
  const lock = locks ? browserLocks(name, locks) : ownLocks()
  const forLogin: Exclusive = (task) => lock.login(task).finally(events.flush)
  const current = heldToken()
  let user: User | undefined
  /** The server has said that there is no session. */
  let isRefused = false
  let epoch = shared.epoch()
  let refreshing: Promise<TokenResult> | undefined
  /** Ends the request of a refresh. */
  let inFlight: AbortController | undefined
  let handover: (() => void) | undefined

  function adopt(token: AccessToken, since: Moment): void {
    const before = user
    current.set(token, since)
    user = token.user
    isRefused = false
    shared.setHint('yes')
    handover?.()
    if (!before) events.add({ event: 'signed_in', user })
    else if (before.id !== user.id) events.add({ event: 'user_changed', user })
    else if (JSON.stringify(before) !== JSON.stringify(user)) events.add({ event: 'updated', user })
  }

  function end(reason: string): void {
    const wasKnown = user !== undefined || shared.hint() === 'yes'
    current.clear()
    user = undefined
    isRefused = true
    // The user may still log in on another origin. So the next page asks again; this one does not.
    if (shared.hint() !== '' || !shared.awaitsLogin()) shared.setHint('no')
    inFlight?.abort()
    handover?.()
    if (wasKnown) events.add({ event: 'signed_out', reason })
  }

  const hint = () => shared.hint() || (isRefused ? 'no' : '')

  function hear(message: Message): void {
    // A message can be older than a login or logout that has happened since.
    if (!shared.isNewest(message.epoch)) return
    if (message.epoch !== epoch) current.clear()
    epoch = message.epoch
    if (message.type === 'ended') end(message.reason)
    else if (message.token.left > current.left()) adopt(message.token, now())
    events.flush()
  }

  /** Forgets what other tabs have ended or replaced. This tab may have been frozen, and have missed their messages. */
  function catchUp(): void {
    const isOld = epoch !== shared.epoch()
    if (isOld) current.clear()
    epoch = shared.epoch()
    if (user && hint() === 'no') end(isOld ? 'logout' : 'session_ended')
  }

  async function accept(response: TokenResponse, since: Moment): Promise<void> {
    const life = response.expiresIn * 1000
    const token = { value: response.accessToken, user: response.user, left: life, life }
    adopt(token, since)
    shared.tell({ type: 'token', epoch, token: { ...token, left: current.left() } })
    if (response.refreshToken) await stored.write(response.refreshToken)
  }

  /** One refresh, under the lock. A login or logout during the request decides, not its answer: `superseded`. */
  async function refreshOnce(
    waited: boolean,
    stale: string | undefined,
  ): Promise<TokenResult | 'superseded'> {
    if (waited && !current.isRenewed(stale)) await nextHandover()
    catchUp()
    const began = epoch
    if (current.isRenewed(stale)) return current.get()
    if (hint() === 'no') return undefined
    let refreshToken: string | undefined
    try {
      refreshToken = await stored.read()
    } catch (cause) {
      return new ApiError('unavailable', 'The refresh token could not be read from the storage.', { cause })
    }
    if (storage && !refreshToken) {
      end('session_ended')
      return undefined
    }

    const since = now()
    inFlight = new AbortController()
    const { data, error } = await send('refresh', { refreshToken }, { abort: inFlight, timeoutMs: 10_000 })
    inFlight = undefined
    if (began !== shared.epoch()) return 'superseded'
    if (data) {
      await accept(data, since)
      return current.get()
    }
    if (!endings.includes(error.code)) return error
    end(error.code)
    shared.tell({ type: 'ended', epoch, reason: error.code })
    await stored.remove()
    return undefined
  }

  const nextHandover = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, HANDOVER_MS)
      handover = () => {
        clearTimeout(timer)
        resolve()
      }
    }).finally(() => {
      handover = undefined
    })

  /** The lock is free while a retry waits. */
  const refresh = (stale: string | undefined) =>
    withRetries(() => lock.refresh((waited) => refreshOnce(waited, stale)).finally(events.flush))

  if (shared.isShared) {
    // A page of the back-forward cache, or of a frozen tab, has missed the messages of the others.
    const onShow = () => {
      if (epoch === shared.epoch() || document.visibilityState === 'hidden') return
      void session.token()
    }
    // An app may have a stub of a document.
    globalThis.addEventListener?.('pageshow', onShow)
    globalThis.addEventListener?.('visibilitychange', onShow)
  }

  const session: Session = {
    get user() {
      return user
    },
    isKnown: () => ({ yes: true, no: false, '': undefined })[hint()],
    async token(stale) {
      catchUp()
      events.flush()
      if (current.isRenewed(stale)) return current.get()
      if (hint() === 'no') return undefined
      refreshing ??= refresh(stale).finally(() => {
        refreshing = undefined
      })
      const result = await refreshing
      // An outage is no reason to refuse what the token still allows.
      return result instanceof ApiError && current.left() > 0 && current.get()?.value !== stale
        ? current.get()
        : result
    },
    login(attempt, ofUser) {
      catchUp()
      const began = epoch
      const isOvertaken = () => began !== shared.epoch() && (ofUser || hint() === 'no')
      const overtaken = {
        error: new ApiError(ofUser ? 'user_changed' : 'unavailable', 'A logout or login overtook the call.'),
      }
      const outdated = { error: new ApiError('unauthorized', 'The session was replaced.') }
      return forLogin(async () => {
        // The user may be the same: then the call goes on with the tokens of the newer login.
        if (isOvertaken()) return ofUser ? outdated : overtaken
        const since = now()
        const result = await attempt()
        const tokens = result.data as Partial<TokenResponse> | undefined
        if (!tokens?.accessToken) return result
        if (isOvertaken()) return overtaken
        epoch = shared.raise()
        await accept(tokens as TokenResponse, since)
        return result
      })
    },
    logout(reason, request) {
      const accessToken = current.left() > 0 ? current.get()?.value : undefined
      epoch = shared.raise()
      shared.awaitLogin(false)
      end(reason)
      shared.tell({ type: 'ended', epoch, reason })
      const taken = stored.take()
      const done = forLogin(async () => request({ accessToken, refreshToken: await taken }))
      events.flush()
      return done
    },
    update(changed) {
      if (!changed || changed.id !== user?.id || JSON.stringify(changed) === JSON.stringify(user)) return
      user = changed
      events.add({ event: 'updated', user })
      events.flush()
    },
    forget() {
      current.clear()
      isRefused = false
      shared.setHint('')
      shared.awaitLogin(true)
    },
    listen: events.listen,
  }
  return session
}
