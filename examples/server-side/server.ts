/**
 * A back end that renders its pages and logs its visitors in. The browser has two HttpOnly cookies of this back end; no script of
 * a page ever sees a token. Longer than 150 lines, so that it can be read from top to bottom, and copied.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

export interface Options {
  /** Cardea. */
  readonly api: string
  /** The address of this back end, such as `https://www.example.com`. */
  readonly origin: string
  /** Of `TRUSTED_BACKEND_SECRET_HASH`; see docs/cloudfront.md. */
  readonly secret?: string | undefined
  /** The visitor's address, as your platform says. */
  readonly addressOf?: (request: IncomingMessage) => string
  readonly fetch?: typeof fetch
}
interface Tokens {
  readonly accessToken: string
  readonly expiresIn: number
  readonly refreshToken: string
}

export function server({ api, origin, secret, ...options }: Options): Server {
  const addressOf = options.addressOf ?? (({ socket }) => socket.remoteAddress?.replace('::ffff:', '') ?? '')
  const fetcher = options.fetch ?? fetch

  /** Calls Cardea on behalf of a visitor. Without the secret, all visitors would share the limits of one address. */
  const call = (
    visitor: IncomingMessage,
    method: string,
    path: string,
    body?: object,
    accessToken?: string,
  ) =>
    fetcher(api + path, {
      method,
      headers: {
        'user-agent': visitor.headers['user-agent'] ?? '',
        ...(body && { 'content-type': 'application/json' }),
        ...(accessToken && { authorization: `Bearer ${accessToken}` }),
        ...(secret && { 'cardea-backend-secret': secret, 'cardea-client-address': addressOf(visitor) }),
      },
      ...(body && { body: JSON.stringify(body) }),
    })

  /**
   * One refresh for each refresh token, also for requests that arrive a little later with the former cookie. Several servers need
   * no more: Cardea accepts the former token for a minute.
   */
  const refreshes = new Map<string, Promise<Response>>()
  async function refresh(visitor: IncomingMessage, refreshToken: string): Promise<Tokens | undefined> {
    const running = refreshes.get(refreshToken) ?? call(visitor, 'POST', '/auth/refresh', { refreshToken })
    refreshes.set(refreshToken, running)
    setTimeout(() => refreshes.delete(refreshToken), 30_000).unref()
    const answer = await running.catch((error) => {
      refreshes.delete(refreshToken)
      throw error
    })
    if (answer.ok) return (await answer.clone().json()) as Tokens
    // Only this means that the session is over. Anything else is an outage, which ends no session.
    if (answer.status === 401) return undefined
    refreshes.delete(refreshToken)
    throw new Error(`Cardea answered a refresh with ${answer.status}`)
  }

  /** The access token of the visitor, renewed if its cookie has expired. */
  async function accessTokenOf(visitor: IncomingMessage, reply: ServerResponse): Promise<string | undefined> {
    const { access, refresh: refreshToken } = cookiesOf(visitor)
    if (access || !refreshToken) return access
    const tokens = await refresh(visitor, refreshToken)
    setCookies(reply, tokens)
    return tokens?.accessToken
  }

  const routes: Record<string, (visitor: IncomingMessage, reply: ServerResponse) => Promise<void>> = {
    async 'GET /'(visitor, reply) {
      const accessToken = await accessTokenOf(visitor, reply)
      const answer = accessToken && (await call(visitor, 'GET', '/users/me', undefined, accessToken))
      if (!answer || answer.status === 401) return page(reply, 200, loginForm)
      if (!answer.ok) throw new Error(`Cardea answered ${answer.status}`)
      const { name } = (await answer.json()) as { name: string }
      page(
        reply,
        200,
        `<p>Hello ${escaped(name)}</p><form method="post" action="/logout"><button>Log out</button></form>`,
      )
    },
    async 'POST /login'(visitor, reply) {
      const { email, password } = Object.fromEntries(new URLSearchParams(await text(visitor)))
      const answer = await call(visitor, 'POST', '/auth/login', { email, password, transport: 'body' })
      const body = await answer.json()
      if (!answer.ok) return page(reply, answer.status, `<p>${escaped(String(body.detail))}</p>${loginForm}`)
      setCookies(reply, body as Tokens)
      redirect(reply)
    },
    async 'POST /logout'(visitor, reply) {
      const { refresh: refreshToken } = cookiesOf(visitor)
      if (refreshToken) await call(visitor, 'POST', '/auth/logout', { refreshToken })
      setCookies(reply, undefined)
      redirect(reply)
    },
  }

  return createServer(async (visitor, reply) => {
    // What depends on a cookie must stay in no cache.
    reply.setHeader('cache-control', 'no-store')
    const route = routes[`${visitor.method} ${visitor.url}`]
    try {
      if (!route) return page(reply, 404, '<p>There is no such page.</p>')
      // A form of another site must not log in or out.
      if (visitor.method === 'POST' && visitor.headers.origin !== origin)
        return page(reply, 403, '<p>This form is of another site.</p>')
      await route(visitor, reply)
    } catch {
      page(reply, 503, '<p>Try again in a moment.</p>')
    }
  })
}

const names = { access: '__Host-access', refresh: '__Host-refresh' }

function cookiesOf({ headers }: IncomingMessage): {
  access?: string | undefined
  refresh?: string | undefined
} {
  const pairs = (headers.cookie ?? '').split(/;[ \t]*/).map((pair) => pair.split('=') as [string, string])
  const all = new Map(pairs)
  return { access: all.get(names.access), refresh: all.get(names.refresh) }
}

/** `undefined` removes both. */
function setCookies(reply: ServerResponse, tokens: Tokens | undefined): void {
  const cookie = (name: string, value: string, seconds: number) =>
    `${name}=${value}; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=${seconds}`
  reply.setHeader('set-cookie', [
    // Half a minute early, so that no token expires on its way.
    cookie(names.access, tokens?.accessToken ?? '', tokens ? tokens.expiresIn - 30 : 0),
    cookie(names.refresh, tokens?.refreshToken ?? '', tokens ? 30 * 86_400 : 0),
  ])
}

const loginForm = `<form method="post" action="/login">
  <label>Email <input name="email" type="email" autocomplete="username" required></label>
  <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
  <button>Log in</button></form>`

const escaped = (value: string) => value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

function page(reply: ServerResponse, status: number, body: string): void {
  reply.writeHead(status, { 'content-type': 'text/html; charset=utf-8' })
  reply.end(`<!doctype html><html lang="en"><title>Server-side</title>${body}</html>`)
}

const redirect = (reply: ServerResponse) => void reply.writeHead(303, { location: '/' }).end()
