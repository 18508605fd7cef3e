import { ApiError, type CommonCode, errorOf } from './api-error.ts'
import { type OperationName, type Operations, operations } from './operations.ts'

export type Result<Data, Code extends string> =
  | { readonly data: Data; readonly error?: undefined }
  | { readonly data?: undefined; readonly error: ApiError<Code> }

/** The fields of path, query and body in one object. */
export type InputOf<Name extends OperationName> =
  Operations[Name]['input'] extends Record<string, never> ? object : Operations[Name]['input']

export type Send = <Name extends OperationName>(
  name: Name,
  input: InputOf<Name> & Extra,
  options?: SendOptions,
) => Promise<Result<Operations[Name]['output'], Operations[Name]['refusal'] | CommonCode>>

/** What the client adds to the input of an application. */
export type Extra = { readonly transport?: 'body'; readonly refreshToken?: string | undefined }

export interface SendOptions {
  readonly accessToken?: string | undefined
  /** Ends the request; so does the end of `timeoutMs`. */
  readonly abort?: AbortController
  readonly timeoutMs?: number
  /** The request outlives the page. */
  readonly keepalive?: boolean
}

/** Sends one request of an operation. It never throws: what goes wrong is an `error`. */
export function sender(issuer: string, credentials: RequestCredentials, fetcher: typeof fetch): Send {
  return async (
    name,
    input,
    { accessToken, abort = new AbortController(), timeoutMs, keepalive = false } = {},
  ) => {
    const { method, path, query } = operations[name] as { method: string; path: string; query?: true }
    const rest: Record<string, unknown> = { ...input }
    const filled = path.replace(/\{(\w+)\}/g, (_, field) => {
      const value = String(rest[field])
      delete rest[field]
      return encodeURIComponent(value)
    })
    // Even when encoded, a segment of dots would lead to another route (WHATWG URL 4.4).
    if (/\/\.{1,2}(?:\/|$)/.test(filled))
      return { error: new ApiError('not_found', 'This does not exist.') } as never
    const fields = Object.entries(rest).filter(([, value]) => value !== undefined)
    const search =
      query && fields.length > 0
        ? `?${fields.map((field) => field.map((part) => encodeURIComponent(String(part))).join('=')).join('&')}`
        : ''
    const hasBody = !query && fields.length > 0
    // React Native has no AbortSignal.timeout.
    const timer = timeoutMs && setTimeout(() => abort.abort(), timeoutMs)
    try {
      const response = await fetcher(`${issuer}${filled}${search}`, {
        method,
        credentials,
        keepalive,
        cache: 'no-store',
        headers: {
          ...(hasBody && { 'content-type': 'application/json' }),
          ...(accessToken && { authorization: `Bearer ${accessToken}` }),
        },
        ...(hasBody && { body: JSON.stringify(rest) }),
        signal: abort.signal,
      })
      const body = await jsonOf(response)
      if (response.ok) return { data: body } as never
      return { error: errorOf(response, body) } as never
    } catch (cause) {
      const message = `${issuer} did not answer, or its ALLOWED_ORIGINS do not list this origin.`
      return { error: new ApiError('network_error', message, { cause }) } as never
    } finally {
      clearTimeout(timer)
    }
  }
}

async function jsonOf(response: Response): Promise<unknown> {
  const text = await response.text()
  const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '')
  return isJson && text !== '' ? JSON.parse(text) : undefined
}
