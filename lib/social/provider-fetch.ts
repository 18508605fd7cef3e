import dns from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { currentSignal } from '../domain/invocation-signal.ts'
import { ProviderFailure } from '../domain/social-ports.ts'
import { mayConnect } from './addresses.ts'

/** The time limit of a whole request: name, connection and body. */
const MOST_MILLISECONDS = 2000
const MOST_BYTES = 256 * 1024

/** The part of `fetch` that the protocol uses. */
export type ProviderFetch = (
  url: string,
  options: {
    readonly method: string
    readonly headers: Record<string, string>
    readonly body?: unknown
  },
) => Promise<Response>

/**
 * Every request to a provider. Its addresses come from documents of the provider, so a request could be made to lead into the
 * network of the function (SSRF). Only https to public addresses is allowed, and no redirect. The connection goes to the address
 * that was checked, because a name could have another address a moment later. `isLocal` also allows this machine and http to it.
 */
export function providerFetch({
  isLocal,
  lookup = dns.lookup,
}: {
  readonly isLocal: boolean
  readonly lookup?: typeof dns.lookup
}): ProviderFetch {
  const checkedLookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '', 0)
      const [first] = found
      if (!first || !found.every(({ address }) => mayConnect(address, isLocal)))
        return callback(refused(), '', 0)
      if (options.all) callback(null, found)
      else callback(null, first.address, first.family)
    })
  }

  return async (url, { method, headers, body }) => {
    const target = targetOf(url, isLocal)
    const timeout = AbortSignal.timeout(MOST_MILLISECONDS)
    try {
      const answer = await send(target, {
        method,
        headers: { ...headers, 'user-agent': 'cardea', 'accept-encoding': 'identity' },
        body: body instanceof URLSearchParams ? body.toString() : undefined,
        lookup: checkedLookup,
        signal: AbortSignal.any([timeout, currentSignal()]),
      })
      return await limited(answer)
    } catch (error) {
      if (error instanceof ProviderFailure) throw error
      if (timeout.aborted) throw new ProviderFailure('provider_unavailable', 'timeout')
      throw new ProviderFailure('provider_unavailable', 'unreachable', { cause: codeOf(error) })
    }
  }
}

const refused = () => new ProviderFailure('provider_error', 'address')

/** A name in the address is checked when it is looked up; an IP address is not looked up, and is checked here. */
function targetOf(url: string, isLocal: boolean): URL {
  const target = URL.parse(url)
  const host = target?.hostname.replace(/^\[|\]$/g, '') ?? ''
  const isThisMachine = /^(?:localhost|127\.0\.0\.1|::1)$/.test(host)
  const isSecure = target?.protocol === 'https:' || (target?.protocol === 'http:' && isLocal && isThisMachine)
  if (!target || !isSecure || target.username || target.password) throw refused()
  if (isIP(host) !== 0 && !mayConnect(host, isLocal)) throw refused()
  return target
}

function send(
  target: URL,
  { body, ...options }: http.RequestOptions & { readonly body: string | undefined },
): Promise<http.IncomingMessage> {
  const { request } = target.protocol === 'https:' ? https : http
  return new Promise((resolve, reject) => {
    // A kept connection would be dead when a frozen function wakes.
    request(target, { ...options, agent: false }, resolve)
      .on('error', reject)
      .end(body)
  })
}

async function limited(answer: http.IncomingMessage): Promise<Response> {
  const { statusCode: status = 0, headers } = answer
  try {
    if (status < 200 || (status >= 300 && status < 400))
      throw new ProviderFailure('provider_error', 'redirect')
    // Other encodings were not asked for, and could unpack to any size.
    if (!/^(?:|identity)$/i.test(headers['content-encoding'] ?? ''))
      throw new ProviderFailure('provider_error', 'content')
    const chunks: Buffer[] = []
    let bytes = 0
    for await (const chunk of answer) {
      bytes += chunk.length
      if (bytes > MOST_BYTES) throw new ProviderFailure('provider_error', 'size')
      chunks.push(chunk)
    }
    const isEmpty = status === 204 || status === 205
    return new Response(isEmpty ? null : Buffer.concat(chunks), { status, headers: plain(headers) })
  } finally {
    answer.destroy()
  }
}

const plain = (headers: http.IncomingHttpHeaders): [string, string][] =>
  ['content-type', 'www-authenticate'].flatMap((name) => {
    const value = headers[name]
    return typeof value === 'string' ? [[name, value] as [string, string]] : []
  })

/** Only the code of an error: its message can quote a certificate. */
function codeOf(error: unknown): Error | undefined {
  const { code } = error as NodeJS.ErrnoException
  return typeof code === 'string' && /^[A-Z\d_]+$/.test(code) ? new Error(code) : undefined
}
