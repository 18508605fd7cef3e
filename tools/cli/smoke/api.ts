import { Failed } from './expect.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly milliseconds: number
}

export interface Request {
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as it is if a text, else as JSON. */
  readonly body?: unknown
  /** An access token. */
  readonly bearer?: string
  /** `name=value`. */
  readonly cookie?: string
}

/** Calls a route such as `GET /health`. @throws `Failed` if nothing answers in time. */
export type Api = (route: string, request?: Request) => Promise<Answer>

/** The gateway itself gives up after 30 s. */
const PATIENCE_MS = 35_000

export const apiAt =
  (url: string, stopped?: AbortSignal, always: Readonly<Record<string, string>> = {}): Api =>
  async (route, { headers, body, bearer, cookie } = {}) => {
    const [method = '', path = ''] = route.split(' ')
    const start = performance.now()
    const patience = AbortSignal.timeout(PATIENCE_MS)
    try {
      const response = await fetch(url + path, {
        method,
        redirect: 'manual',
        signal: stopped ? AbortSignal.any([stopped, patience]) : patience,
        headers: {
          'user-agent': 'cardea-smoke',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(bearer && { authorization: `Bearer ${bearer}` }),
          ...(cookie && { cookie }),
          ...always,
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await response.text()
      return {
        status: response.status,
        headers: response.headers,
        text,
        milliseconds: performance.now() - start,
      }
    } catch (error) {
      const { name, cause } = error as Error
      const { code } = (cause ?? {}) as { code?: string }
      throw new Failed(name === 'TimeoutError' ? 'no answer within 35 s' : `no answer (${code ?? name})`)
    }
  }
