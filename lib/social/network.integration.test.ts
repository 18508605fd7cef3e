import type { RequestListener } from 'node:http'
import { clientOf } from '../../tools/testing/providers/clients.ts'
import {
  type Misbehaviour,
  misbehavingProvider,
  PATHS,
} from '../../tools/testing/providers/misbehaving-provider.ts'
import { runWithSignal } from '../domain/invocation-signal.ts'

const closing: (() => Promise<void>)[] = []
afterAll(() => Promise.all(closing.map((close) => close())))

/** A provider of its own for each test, so that nothing is cached, and a clock that a test can move. */
async function started() {
  const provider = await misbehavingProvider()
  closing.push(provider.close)
  let ahead = 0
  const now = () => Math.floor(Date.now() / 1000) + ahead
  const { providers, logIn } = clientOf({ kind: 'oidc', issuer: provider.issuer }, { now })
  const begin = () => logIn(provider.browser)
  return {
    provider,
    providers,
    begin,
    advance: (seconds: number) => {
      ahead += seconds
    },
    logIn: async () => (await begin()).identity(),
    /** How often an endpoint was asked. */
    asked: (path: string) => provider.requests.filter((each) => each === path).length,
  }
}
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => 'admitted',
    ({ code, reason }: { code: string; reason: string }) => `${code}: ${reason}`,
  )

const sends =
  (status: number, body: string, headers: Record<string, string> = {}): RequestListener =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
const fiveMegabytes: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  for (let sent = 0; sent < 50; sent++) response.write(Buffer.alloc(100_000, ' '))
  response.end('{}')
}
const never: RequestListener = () => undefined
const halfAnAnswer: RequestListener = (_, response) =>
  response.writeHead(200, { 'content-type': 'application/json' }).write('{"issuer":')
const hangsUp: RequestListener = (request) => request.socket.destroy()

describe.each([
  ['discovery', PATHS.discovery],
  ['the token endpoint', PATHS.token],
  ['the keys', PATHS.keys],
])('an answer of %s is refused', (_, path) => {
  it.each<[string, RequestListener, string]>([
    ['that does not come', never, 'provider_unavailable: timeout'],
    ['that does not end', halfAnAnswer, 'provider_unavailable: timeout'],
    ['that breaks off', hangsUp, 'provider_unavailable: unreachable'],
    ['with status 500', sends(500, '{}'), 'provider_unavailable: status'],
    [
      'with status 503 and a page',
      sends(503, '<html>', { 'content-type': 'text/html' }),
      'provider_unavailable: status',
    ],
    ['with status 429', sends(429, '{}'), 'provider_unavailable: status'],
    ['of 5 MB', fiveMegabytes, 'provider_error: size'],
    ['that is not JSON', sends(200, '{"issuer":'), 'provider_error: content'],
    ['that is a page', sends(200, '<html>', { 'content-type': 'text/html' }), 'provider_error: content'],
    ['that is packed', sends(200, 'x', { 'content-encoding': 'gzip' }), 'provider_error: content'],
    ['that redirects', sends(302, '', { location: 'http://169.254.169.254/' }), 'provider_error: redirect'],
    ['that redirects to itself', sends(307, '', { location: path }), 'provider_error: redirect'],
  ])('%s', async (_, listener, expected) => {
    const { provider, logIn } = await started()
    provider.misbehave({ instead: { [path]: listener } })
    expect(await failureOf(logIn())).toBe(expected)
  })
})

describe('a discovery document', () => {
  const changed = (change: Record<string, unknown>): Misbehaviour => ({
    discovery: (all) => ({ ...all, ...change }),
  })

  it.each<[string, Record<string, unknown>, string]>([
    ['of another issuer', { issuer: 'https://other.example' }, 'discovery'],
    ['without issuer', { issuer: undefined }, 'discovery'],
    ['without authorization endpoint', { authorization_endpoint: undefined }, 'discovery'],
    ['with a script as endpoint', { authorization_endpoint: 'javascript:alert(1)' }, 'discovery'],
    ['without token endpoint', { token_endpoint: undefined }, 'code'],
    ['whose token endpoint is no address', { token_endpoint: 'token' }, 'code'],
    ['whose token endpoint is http elsewhere', { token_endpoint: 'http://other.example/token' }, 'address'],
    ['whose token endpoint is a file', { token_endpoint: 'file:///etc/passwd' }, 'code'],
    [
      'whose keys are the credentials of a cloud machine',
      { jwks_uri: 'https://169.254.169.254/' },
      'address',
    ],
    ['whose keys have an address with a password', { jwks_uri: 'https://a:b@other.example/' }, 'address'],
    ['without keys', { jwks_uri: undefined }, 'signature'],
    ['that knows only HS256', { id_token_signing_alg_values_supported: ['HS256', 'none'] }, 'alg'],
    [
      'that says nothing about algorithms, and so RS256',
      { id_token_signing_alg_values_supported: undefined },
      'alg',
    ],
  ])('%s is refused', async (_, change, reason) => {
    const { provider, logIn } = await started()
    provider.misbehave(changed(change))
    expect(await failureOf(logIn())).toBe(`provider_error: ${reason}`)
  })

  it('is kept for an hour, and longer during an outage, but not if the next one is wrong', async () => {
    const { provider, advance, begin, asked } = await started()
    await begin()
    advance(3599)
    await begin()
    expect(asked(PATHS.discovery)).toBe(1)
    advance(1)
    await begin()
    expect(asked(PATHS.discovery)).toBe(2)
    advance(3600)
    provider.misbehave({ instead: { [PATHS.discovery]: sends(503, '') } })
    await begin()
    await begin()
    expect(asked(PATHS.discovery)).toBe(3)
    advance(60)
    await begin()
    expect(asked(PATHS.discovery)).toBe(4)
    advance(60)
    provider.misbehave(changed({ issuer: 'https://other.example' }))
    expect(await failureOf(begin())).toBe('provider_error: discovery')
  })
})

describe('the keys of a provider', () => {
  it('are fetched once, and again for an unknown kid, once a minute at most', async () => {
    const clock = jest.spyOn(Date, 'now')
    const start = Date.now()
    const { provider, logIn, asked } = await started()
    await logIn()
    await logIn()
    expect(asked(PATHS.keys)).toBe(1)
    provider.rotate('second')
    expect(await failureOf(logIn())).toBe('provider_error: keys')
    expect(asked(PATHS.keys)).toBe(1)
    clock.mockImplementation(() => start + 61_000)
    expect(await failureOf(logIn())).toBe('admitted')
    expect(asked(PATHS.keys)).toBe(2)
    provider.misbehave({ header: (all) => ({ ...all, kid: 'forged' }) })
    for (let attempt = 0; attempt < 3; attempt++)
      expect(await failureOf(logIn())).toBe('provider_error: keys')
    expect(asked(PATHS.keys)).toBe(2)
    clock.mockRestore()
  })
})

describe('requests to a provider', () => {
  it('end with the invocation', async () => {
    const { provider, begin } = await started()
    const { identity } = await begin()
    const invocation = new AbortController()
    provider.misbehave({ instead: { [PATHS.token]: () => invocation.abort() } })
    expect(await failureOf(runWithSignal(invocation.signal, identity))).toBe(
      'provider_unavailable: unreachable',
    )
  })

  it('never go to this machine, or to http, where Cardea is deployed', async () => {
    const { provider } = await started()
    const { issuer } = provider
    const deployed = { isLocal: false }
    for (const address of [issuer, issuer.replace('http:', 'https:'), 'https://localhost', 'https://[::1]']) {
      const { logIn } = clientOf({ kind: 'oidc', issuer: address }, deployed)
      expect(await failureOf(logIn(provider.browser))).toMatch(/^provider_error: (?:address|discovery)$/)
    }
    expect(provider.requests).toEqual([])
  })
})
