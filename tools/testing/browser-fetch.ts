import { patternOf, routePath } from './documented.ts'
import type { Gateway } from './gateway.ts'
import { parties } from './test-services.ts'
import { fromApp } from './test-users.ts'

export interface SentRequest {
  readonly route: string
  readonly headers: Headers
}

/** The cookies of one browser, and what it has sent. */
export interface Browser {
  readonly cookies: Map<string, string>
  readonly sent: SentRequest[]
  /** Runs before a request goes out. What it throws is a broken network. */
  before?: ((route: string) => Promise<void> | void) | undefined
  /** Runs when the server has answered. What it throws is a lost answer. */
  after?: ((route: string) => Promise<void> | void) | undefined
}

export const makeBrowser = (): Browser => ({ cookies: new Map(), sent: [] })

/** A `fetch` that calls the real handlers, and keeps cookies as a browser does. */
export function browserFetch(api: Gateway, browser: Browser): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init)
    const { pathname, searchParams, origin } = new URL(request.url)
    if (origin !== new URL(parties.issuer).origin) throw new TypeError(`Nothing answers at ${origin}`)
    const { route, params } = routeOf(request.method, pathname)
    browser.sent.push({ route, headers: request.headers })
    await orAborted(request.signal, browser.before?.(route))

    const body = await request.text()
    const withCookies = init?.credentials === 'include'
    const answer = await api(route, {
      headers: { ...Object.fromEntries(request.headers), ...fromApp },
      params,
      ...(searchParams.size > 0 && { query: Object.fromEntries(searchParams) }),
      ...(body !== '' && { body }),
      ...(withCookies && { cookies: [...browser.cookies].map((pair) => pair.join('=')) }),
    })
    await orAborted(request.signal, browser.after?.(route))
    if (withCookies) {
      for (const [name = '', value = ''] of answer.cookies.map((cookie) => cookie.split(/[=;]/))) {
        if (value === '') browser.cookies.delete(name)
        else browser.cookies.set(name, value)
      }
    }
    return new Response(answer.body === undefined ? null : JSON.stringify(answer.body), {
      status: answer.status,
      headers: { 'content-type': 'application/json', ...answer.headers },
    })
  }
}

const orAborted = (signal: AbortSignal, wait: Promise<void> | void) =>
  Promise.race([
    wait,
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    }),
  ])

function routeOf(method: string, pathname: string) {
  const path = routePath(method, pathname) ?? pathname
  return { route: `${method} ${path}`, params: { ...patternOf(path).exec(pathname)?.groups } }
}
