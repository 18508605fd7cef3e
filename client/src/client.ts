import { ApiError, type CommonCode } from './api-error.ts'
import { type OperationName, type Operations, operations, type User } from './operations.ts'
import { type InputOf, type Result, sender } from './send.ts'
import { createSession, isOutage, type Listener, type TokenResponse, type TokenStorage } from './session.ts'

export { ApiError, type CommonCode } from './api-error.ts'
export type * from './operations.ts'
export type { Result } from './send.ts'
export type { AuthState, Listener, TokenStorage } from './session.ts'

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
  /** Nobody is logged in. */
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

/** Every operation of the API. The client refreshes by itself: a second caller of refresh would end the session. */
type Calls = { readonly [Name in Exclude<OperationName, 'refresh' | 'logout'>]: Call<Name> }

export interface Client extends Calls {
  /** The user who is logged in, or `null`. It asks the server once, if it is not known whether there is a session. */
  getUser(): Promise<Result<Operations['getMe']['output'] | null, CommonCode | 'origin_not_allowed'>>
  /** Whether there is a session, as far as this browser knows without a request. `undefined`: unknown. */
  hasSession(): boolean | undefined
  /**
   * As `fetch`, with the access token for the issuer and the `apis`. After a 401 it refreshes and sends the request once more.
   * @throws {ApiError} if there was no answer to a refresh, or another user logged in meanwhile.
   */
  fetch: typeof fetch
  /** Ends the session here and in every tab at once, then on the server. `error`: the server still has the session. */
  logout(): Promise<Result<undefined, CodeOf<'logout'>>>
  /**
   * The login page of the API, which leads back to `redirect` (by default this page). A login there happens on another origin, so
   * the client asks the server at the next call whether there is a session.
   */
  loginUrl(redirect?: string | URL): string
  /** Calls `listener` at every login, logout and change of user, in whichever tab. @returns a function that ends this. */
  onAuthStateChange(listener: Listener): () => void
}

export function createClient(options: ClientOptions): Client {
  const issuer = options.issuer.replace(/\/+$/, '')
  const fetcher: typeof fetch = (...request) => (options.fetch ?? globalThis.fetch)(...request)
  const storage = options.transport === 'body' ? options.storage : undefined
  const send = sender(issuer, storage ? 'omit' : 'include', fetcher)
  const session = createSession(`cardea:${issuer}`, send, storage)
  const trusted = [issuer, ...(options.apis ?? [])].map((url) => new URL(url))
  const transport = storage ? ({ transport: 'body' } as const) : {}

  /** The access token for one call. It never becomes that of another user. */
  async function tokenFor(
    userId: string | undefined,
    stale?: string,
  ): Promise<string | ApiError | undefined> {
    const token = await session.token(stale)
    if (token === undefined || token instanceof ApiError) return token
    if (userId !== undefined && token.user.id !== userId) {
      return new ApiError('user_changed', 'Another user logged in while the call waited.')
    }
    return token.value
  }

  /** Sends with the access token, and once more with a new one if it is refused. */
  async function asUser(send: (accessToken: string) => Promise<AnyResult>): Promise<AnyResult> {
    const userId = session.user?.id
    let token = await tokenFor(userId)
    for (let attempt = 1; ; attempt++) {
      if (token instanceof ApiError) return { error: token }
      if (token === undefined)
        return { error: new ApiError('unauthorized', 'Nobody is logged in.', { status: 401 }) }
      const result = await send(token)
      if (result.error?.code !== 'unauthorized' || attempt === 2) return result
      token = await tokenFor(userId, token)
    }
  }

  async function call(name: OperationName, input: object): Promise<AnyResult> {
    const { user, login } = operations[name] as { user?: true; login?: true }
    const request = (accessToken?: string): Promise<AnyResult> =>
      send(name, { ...input, ...(login && transport) } as never, {
        accessToken,
        ...(login && { timeoutMs: 10_000 }),
      })
    const once = login
      ? (accessToken?: string) => session.login(() => request(accessToken), tokensOf)
      : request
    const result = await (user ? asUser(once) : once())
    if (name === 'getMe' || name === 'updateMe') session.update(result.data as User | undefined)
    if (name === 'deleteMe' && !result.error) await session.logout('account_deleted', async () => undefined)
    return result
  }

  /** The results of links. A page that React mounts twice sends a one-time token once. */
  const links = new Map<string, Promise<AnyResult>>()
  function once(name: OperationName, input: object): Promise<AnyResult> {
    if (!('token' in input)) return call(name, input)
    const key = name + JSON.stringify(input)
    const result = links.get(key) ?? call(name, input)
    links.set(key, result)
    result.then(({ error }) => error && isOutage(error) && links.delete(key))
    return result
  }

  const calls = Object.keys(operations).map((name) => [
    name,
    (input: object = {}) => once(name as OperationName, input),
  ])

  return {
    ...(Object.fromEntries(calls) as Calls),
    async getUser() {
      const token = await session.token()
      return token instanceof ApiError ? { error: token as never } : { data: session.user ?? null }
    },
    hasSession: () => session.isKnown(),
    async fetch(...request) {
      const asked = new Request(...request)
      if (!trusted.some((base) => isBelow(base, asked.url)) || asked.headers.has('authorization'))
        return fetcher(asked)
      const userId = session.user?.id
      const attempt = (token: string | undefined) => {
        const copy = asked.clone()
        if (token !== undefined) copy.headers.set('authorization', `Bearer ${token}`)
        return fetcher(copy)
      }
      const token = await tokenFor(userId)
      if (token instanceof ApiError) throw token
      const response = await attempt(token)
      if (token === undefined || !(await isForRefresh(response))) return response
      const next = await tokenFor(userId, token)
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
    onAuthStateChange: session.listen,
  }
}

type AnyResult = { readonly data?: unknown; readonly error?: ApiError | undefined }

const tokensOf = ({ data }: AnyResult) =>
  data !== undefined && 'accessToken' in (data as object) ? (data as TokenResponse) : undefined

function isBelow(base: URL, url: string): boolean {
  const { origin, pathname } = new URL(url)
  return origin === base.origin && `${pathname}/`.startsWith(base.pathname.replace(/\/*$/, '/'))
}

/** Whether a refresh may help: not if the API asks for a new proof of the user (RFC 9470). */
async function isForRefresh(response: Response): Promise<boolean> {
  if (response.status !== 401) return false
  const body: { code?: unknown } | undefined = await response
    .clone()
    .json()
    .catch(() => undefined)
  return body?.code === undefined
    ? !response.headers.get('www-authenticate')?.includes('insufficient_user_authentication')
    : body.code === 'unauthorized'
}
