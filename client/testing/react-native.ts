import { createContext, runInContext } from 'node:vm'
import { buildSync } from 'esbuild'
import type * as Cardea from '../src/client.ts'

/** As in React Native 0.79: a URL can only be printed. Later versions parse it by regular expressions and resolve no dots. */
class NativeUrl {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
  toString = () => this.text
}
for (const member of ['origin', 'host', 'hostname', 'pathname', 'port', 'protocol', 'search']) {
  Object.defineProperty(NativeUrl.prototype, member, {
    get() {
      throw new Error(`URL.${member} is not implemented`)
    },
  })
}

/** As in whatwg-fetch: the URL stays as it was written, and a GET that must not be stored gets one that is new. */
class NativeRequest {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly body: unknown
  readonly signal: AbortSignal | undefined
  constructor(input: unknown, init: RequestInit = {}) {
    const from = input instanceof NativeRequest ? input : undefined
    this.method = init.method ?? from?.method ?? 'GET'
    this.headers = new Headers(init.headers ?? from?.headers)
    this.body = init.body ?? from?.body
    this.signal = init.signal ?? from?.signal
    const url = from?.url ?? String(input)
    const isNew = this.method === 'GET' && init.cache === 'no-store'
    this.url = isNew ? `${url}${url.includes('?') ? '&' : '?'}_=${Date.now()}` : url
  }
  clone = () => new NativeRequest(this)
}

/**
 * The client, bundled and run with the globals that React Native has and no others: no `document`, `localStorage`, Web Locks,
 * BroadcastChannel, `addEventListener`, `reportError` or `AbortSignal.timeout`. `stubs` are globals that an app has added.
 */
export function reactNative(fetch: typeof globalThis.fetch, stubs: object = {}): typeof Cardea {
  const { outputFiles } = buildSync({
    entryPoints: ['client/src/client.ts'],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'client',
  })
  const nativeFetch = (input: unknown, init?: RequestInit) => {
    const { url, method, headers, body, signal } = new NativeRequest(input, init)
    const { credentials } = init ?? {}
    return fetch(url, { method, headers, body, signal, ...(credentials && { credentials }) } as RequestInit)
  }
  const { AbortController, Headers, Response, console, performance } = globalThis
  const context = createContext({
    ...{ AbortController, Headers, Response, console, performance },
    Date: globalThis.Date,
    // Tests replace them.
    setTimeout: (...timer: Parameters<typeof setTimeout>) => globalThis.setTimeout(...timer),
    clearTimeout,
    URL: NativeUrl,
    Request: NativeRequest,
    fetch: nativeFetch,
    navigator: { product: 'ReactNative' },
    ...stubs,
  })
  return runInContext(`${outputFiles[0]?.text};client`, context)
}
