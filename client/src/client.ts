// Longer than 150 lines: the public types of the package stand beside what they describe.

import { ApiError, type CommonCode } from './api-error.ts'
import { type Listener, report } from './listeners.ts'
import { type OperationName, type Operations, operations, type User } from './operations.ts'
import { isOutage } from './refresh-retries.ts'
import type { TokenStorage } from './refresh-token.ts'
import { type InputOf, type Result, sender } from './send.ts'
import { type AnyResult, createSession } from './session.ts'
import type { AccessToken } from './shared-state.ts'

export { ApiError, type CommonCode } from './api-error.ts'
export type { AuthState, Listener } from './listeners.ts'
export type * from './operations.ts'
export type { TokenStorage } from './refresh-token.ts'
export type { Result } from './send.ts'

export type ClientOptions = {
  /** The `ISSUER` of the deployment, such as `https://auth.example.com`. */
  readonly issuer: string
  /** Other APIs that get the access token, by the beginning of their URL. */
  readonly apis?: readonly string[]
  readonly fetch?: typeof fetch
} & (
  | { readonly transport?: 'cookie' }
  /** For apps and for front ends of another site. `storage` keeps the refresh token. */
  | { readonly transport: 'body'; readonly storage: TokenStorage }
)

/** What a call of a user may end with, besides the refusals of its operation. */
export type SessionCode =
  /** There is no session. */
  | 'unauthorized'
  /** Another user logged in while the call waited. It was not sent as that user. */
  | 'user_changed'
  /** `ALLOWED_ORIGINS` of the deployment does not list this page. */
  | 'origin_not_allowed'

/** The codes that an operation may end with. */
export type CodeOf<Name extends OperationName> =
  | Operations[Name]['refusal']
  | CommonCode
  | ((typeof operations)[Name] extends { user: true } ? SessionCode : never)

type Call<Name extends OperationName> = (
  ...input: object extends InputOf<Name> ? [input?: InputOf<Name>] : [input: InputOf<Name>]
) => Promise<Result<Operations[Name]['output'], CodeOf<Name>>>

/**
 * Lets the user prove again who they are, with `reauthenticate`. It resolves to whether they did. `maxAge`: how many seconds ago the
 * last proof may be; 0 if the API did not say. If it throws the `ApiError` of an outage (`network_error`, `unavailable`), the user could
 * not be asked, and the calls that wait end with that.
 */
export type ProveAgain = (need: { readonly maxAge: number }) => Promise<boolean>

/** Every operation of the API. The client refreshes by itself: a second caller of refresh would end the session. */
type Calls = { readonly [Name in Exclude<OperationName, 'refresh' | 'logout'>]: Call<Name> }

export interface Client extends Calls {
  /** That of the options, without a slash at its end. */
  readonly issuer: string
  /** The user who is logged in, or `null`. It asks the server once, if it is not known whether there is a session. */
  getUser(): Promise<
    Result<Operations['getMe']['output'] | null, CommonCode | 'internal_error' | 'origin_not_allowed'>
  >
  /** Whether there is a session, as far as this browser knows without a request. `undefined`: unknown. */
  hasSession(): boolean | undefined
  /**
   * As `fetch`, with the access token for the issuer and the `apis`. After a 401 it refreshes, or lets the user prove again if the
   * API asks for that (RFC 9470), and sends the request once more.
   * @throws {ApiError} if there was no answer to a refresh, if the user could not be asked for a proof, or if another user logged in
   * meanwhile.
   */
  fetch: typeof fetch
  /** Ends the session here and in every tab at once, then on the server. `error`: the server still has the session. */
  logout(): Promise<Result<undefined, CodeOf<'logout'>>>
  /**
   * The login page of the API, which leads back to `redirect` (by default this page). A login there happens on another origin, so
   * the client asks the server at the next call whether there is a session.
   */
  loginUrl(redirect?: string | URL): string
  /**
   * Calls `prove` when the API asks for a newer proof (`reauthentication_required`), once for all calls that wait. If it resolves to
   * `true`, each is sent once more. The last `prove` counts. @returns a function that ends this.
   */
  onReauthenticationRequired(prove: ProveAgain): () => void
  /** Calls `listener` at every login, logout and change of user, in whichever tab. @returns a function that ends this. */
  onAuthStateChange(listener: Listener): () => void
}

/** API Gateway waits 30 s for a function. A login checks a password with bcrypt, perhaps on a function that starts just now. */
const LOGIN_MS = 30_000

export function createClient(options: ClientOptions): Client {
  const issuer = options.issuer.replace(/\/+$/, '')
  const fetcher: typeof fetch = (...request) => (options.fetch ?? globalThis.fetch)(...request)
  const storage = options.transport === 'body' ? options.storage : undefined
  const send = sender(issuer, storage ? 'omit' : 'include', fetcher)
  const session = createSession(`cardea:${issuer}`, send, storage)
  const trusted = [issuer, ...(options.apis ?? [])].map((url) => new Request(url).url.replace(/\/+$/, ''))
  const transport = storage ? ({ transport: 'body' } as const) : {}

  /** The access tokens for one call: the first, and one that renews it. All are of one user. */
  function tokensOfOneUser() {
    let userId = session.user?.id
    return async (stale?: AccessToken): Promise<AccessToken | ApiError | undefined> => {
      const token = await session.token(stale?.value)
      if (token === undefined || token instanceof ApiError) return token
      userId ??= token.user.id
      if (token.user.id === userId) return token
      return new ApiError('user_changed', 'Another user logged in while the call waited.')
    }
  }

  let prover: ProveAgain | undefined
  let proving: Promise<boolean | ApiError> | undefined
  /** Whether the user has proven again who they are, or why the user could not be asked. */
  async function provenAgain(maxAge: number): Promise<boolean | ApiError> {
    const asked = prover
    if (!asked) return false
    proving ??= (async () => asked({ maxAge }))()
      .catch((error) => {
        if (error instanceof ApiError && isOutage(error)) return error
        report(error)
        return false
      })
      .finally(() => {
        proving = undefined
      })
    return proving
  }

  /** Sends with the access token. Once more with a new one if it is refused, and once more after a new proof if that is needed. */
  async function asUser(send: (token: AccessToken) => Promise<AnyResult>): Promise<AnyResult> {
    const tokens = tokensOfOneUser()
    const tried = new Set<string | undefined>()
    for (let token = await tokens(); ; ) {
      if (token instanceof ApiError) return { error: token }
      if (token === undefined)
        return { error: new ApiError('unauthorized', 'Log in first.', { status: 401 }) }
      const result = await send(token)
      const { code, maxAge = 0 } = result.error ?? {}
      if (tried.has(code)) return result
      tried.add(code)
      if (code === 'unauthorized') token = await tokens(token)
      else if (code === 'reauthentication_required') {
        const proven = await provenAgain(maxAge)
        if (proven instanceof ApiError) return { error: proven }
        if (!proven) return result
        token = await tokens()
      } else return result
    }
  }

  async function call(name: OperationName, input: object): Promise<AnyResult> {
    const { user, login } = operations[name] as { user?: true; login?: true }
    const request = async (token?: AccessToken): Promise<AnyResult> => {
      const result: AnyResult = await send(name, { ...input, ...(login && transport) } as never, {
        accessToken: token?.value,
        ...(login && { timeoutMs: LOGIN_MS }),
      })
      if (name === 'getMe' || name === 'updateMe') session.update(result.data as User | undefined)
      // Not if another user has logged in meanwhile.
      if (name === 'deleteMe' && !result.error && token?.user.id === session.user?.id)
        await session.logout('account_deleted', async () => undefined)
      return result
    }
    const once = login ? (token?: AccessToken) => session.login(() => request(token), user === true) : request
    return user ? asUser(once) : once()
  }

  /** The result of the last link. A page that React mounts twice sends a one-time token once. */
  let link: { readonly key: string; readonly result: Promise<AnyResult> } | undefined
  async function once(name: OperationName, input: object): Promise<AnyResult> {
    // Options are for one try, so each try gets new ones.
    if (!('token' in input) || name === 'startSignUpPasskey') return call(name, input)
    const key = name + JSON.stringify(input)
    if (link?.key !== key) link = { key, result: call(name, input) }
    const { result } = link
    const { error } = await result
    if (error && isOutage(error) && link?.result === result) link = undefined
    return result
  }
  session.listen(({ event }) => {
    if (event === 'signed_out') link = undefined
  })

  const calls = Object.keys(operations).map((name) => [
    name,
    (input: object = {}) => once(name as OperationName, input),
  ])

  return {
    ...(Object.fromEntries(calls) as Calls),
    issuer,
    async getUser() {
      const token = await session.token()
      return token instanceof ApiError ? { error: token as never } : { data: session.user ?? null }
    },
    hasSession: () => session.isKnown(),
    async fetch(...request) {
      const asked = new Request(...request)
      if (!trusted.some((base) => isBelow(base, asked.url)) || asked.headers.has('authorization'))
        return fetcher(asked)
      const tokens = tokensOfOneUser()
      const attempt = (token: AccessToken | undefined) => {
        const copy = asked.clone()
        if (token) copy.headers.set('authorization', `Bearer ${token.value}`)
        return fetcher(copy)
      }
      const token = await tokens()
      if (token instanceof ApiError) throw token
      const response = await attempt(token)
      const need = token && (await needOf(response))
      const proven = need && (need === 'token' || (await provenAgain(need.maxAge)))
      if (proven instanceof ApiError) throw proven
      if (!proven) return response
      const next = await tokens(need === 'token' ? token : undefined)
      if (next instanceof ApiError) throw next
      return next === undefined ? response : attempt(next)
    },
    logout: () =>
      session.logout('logout', ({ accessToken, refreshToken }) =>
        send('logout', { refreshToken }, { accessToken, timeoutMs: 10_000, keepalive: true }),
      ) as never,
    loginUrl(redirect = location.href) {
      session.forget()
      return `${issuer}/ui/login?redirect=${encodeURIComponent(String(redirect))}`
    },
    onReauthenticationRequired(prove) {
      prover = prove
      return () => {
        if (prover === prove) prover = undefined
      }
    },
    onAuthStateChange: session.listen,
  }
}

/**
 * Both are URLs of a `Request`, and compared as text: the `URL` of React Native lacks members. A browser has resolved the segments
 * of dots. React Native leaves that to the platform, so such a path gets no token.
 */
function isBelow(base: string, url: string): boolean {
  const [path = ''] = url.slice(base.length).split(/[?#]/)
  return url.startsWith(base) && /^(?:\/|$)/.test(path) && !/[\\\s]|\/(?:\.|%2e){1,2}(?:\/|$)/i.test(path)
}

/**
 * What a 401 asks for: a new token, a new proof of the user (RFC 9470), or something else. A level (`acr_values`) alone is
 * something else: a session below it belongs to a user without a second factor, whom no new proof helps.
 */
async function needOf(response: Response): Promise<'token' | { readonly maxAge: number } | undefined> {
  if (response.status !== 401) return undefined
  const body: { code?: unknown } | undefined = await response
    .clone()
    .json()
    .catch(() => undefined)
  const challenge = response.headers.get('www-authenticate') ?? ''
  const maxAge = /max_age="?(\d+)/.exec(challenge)?.[1]
  const code =
    body?.code ??
    (challenge.includes('insufficient_user_authentication') ? 'reauthentication_required' : 'unauthorized')
  if (code === 'reauthentication_required')
    return maxAge === undefined && challenge.includes('acr_values')
      ? undefined
      : { maxAge: Number(maxAge ?? 0) }
  return code === 'unauthorized' ? 'token' : undefined
}
