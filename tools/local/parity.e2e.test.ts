/**
 * One table of requests, sent to `npm start` and to the packaged functions. Both must give the same, right answer.
 * A row is `[given, request, right]`: a name, a request (or a function that makes one for a `Platform`, where Ada has verified
 * her email), and the part of the answer that must match.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { npmStartOver, type Started } from '../testing/npm-start.ts'
import { type RawRequest, sendRaw } from '../testing/raw-request.ts'
import { mailedDigits, mailedToken } from './mailbox.ts'

const page = 'https://app.example.com'
const json = { 'content-type': 'application/json' }
const ada = { email: 'ada@example.com', password: 'seven purple lanterns drift', name: 'Ada Lovelace' }

/** `npm start` or the packaged functions, with an account. */
interface Platform {
  readonly origin: string
  readonly mailbox: string
  /** Sends JSON as a page of the allowed origin does. */
  post(path: string, body: object, headers?: Record<string, string>): ReturnType<typeof sendRaw>
  /** Logs Ada in. Each row uses tokens of its own. */
  logIn(): Promise<{ readonly accessToken: string; readonly refreshToken: string }>
}

interface Right {
  readonly status: number
  readonly code?: string
  readonly body?: unknown
  readonly text?: string
  readonly headers?: object
  readonly cookies?: unknown
}
type Row = readonly [
  given: string,
  request: RawRequest | ((platform: Platform) => Promise<RawRequest> | RawRequest),
  right: Right,
]

const post = (path: string, body: string, headers: RawRequest['headers'] = json): RawRequest => ({
  method: 'POST',
  path,
  headers,
  body,
})

const notAnObject = {
  status: 400,
  code: 'invalid_request',
  body: { errors: [{ path: 'body', message: 'must be object' }] },
}
/** The answer of the gateway itself. */
const refusedToken = { status: 401, text: '{"message":"Unauthorized"}' }
const cleared = [expect.stringMatching(/^__Host-cardea_refresh=;.*Max-Age=0/)]
const cookie = (refreshToken: string) => `__Host-cardea_refresh=${refreshToken}`
const from = (origin: string) => ({ origin })
const get = (path: string, headers: RawRequest['headers'] = {}): RawRequest => ({
  method: 'GET',
  path,
  headers,
})
/** A request to refresh or to log out by the cookie, without a body. */
const byCookie =
  (path: string, headers: Record<string, string>) =>
  async ({ logIn }: Platform): Promise<RawRequest> => ({
    method: 'POST',
    path,
    headers: { cookie: cookie((await logIn()).refreshToken), ...headers },
  })
const bearer =
  (headerOf: (accessToken: string) => string, method = 'GET', path = '/users/me') =>
  async ({ logIn }: Platform): Promise<RawRequest> => ({
    method,
    path,
    headers: { authorization: headerOf((await logIn()).accessToken) },
  })
const sessionOf = (accessToken: string): string =>
  JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()).sid

const rows: readonly Row[] = [
  ...['0', '-0', 'false', ' 0', 'null', '""', '1', 'true', '"text"', '[]', '[{}]'].flatMap((body): Row[] => [
    [`the JSON body ${body} to log in`, post('/auth/login', body), notAnObject],
    [`the JSON body ${body} to log out`, post('/auth/logout', body), notAnObject],
  ]),
  ['an empty JSON body to log out', post('/auth/logout', ''), { status: 204 }],
  ['a body without a type', post('/auth/logout', '{}', {}), { status: 415 }],
  ['a body of another type', post('/auth/logout', '{}', { 'content-type': 'text/plain' }), { status: 415 }],

  ['no body and no type to refresh', byCookie('/auth/refresh', from(page)), { status: 200 }],
  ['no body and no type to log out', byCookie('/auth/logout', from(page)), { status: 204, cookies: cleared }],
  ...['/auth/refresh', '/auth/logout'].map(
    (path): Row => [
      `no body from a page of another site to ${path}`,
      byCookie(path, { ...from('https://evil.example'), 'sec-fetch-site': 'cross-site' }),
      { status: 403, code: 'origin_not_allowed', cookies: [] },
    ],
  ),
  ['no body and no origin', byCookie('/auth/refresh', {}), { status: 403, code: 'origin_not_allowed' }],

  ['an access token', bearer((token) => `Bearer ${token}`), { status: 200 }],
  ['an access token with one more character', bearer((token) => `Bearer ${token}A`), refusedToken],
  ['no access token', get('/users/me'), refusedToken],
  [
    'a refresh token with one more character',
    async ({ logIn }) =>
      post('/auth/refresh', JSON.stringify({ refreshToken: `${(await logIn()).refreshToken}A` })),
    { status: 401, code: 'invalid_refresh_token' },
  ],
  [
    'the link of a sign-up a second time',
    async ({ post: send, mailbox }) => {
      const email = 'bea@example.com'
      await send('/auth/signup', { ...ada, email, name: 'Bea' })
      const body = { token: await mailedToken(mailbox, email, 'verify-email') }
      expect(await send('/auth/email/verify', body)).toMatchObject({ status: 204 })
      return post('/auth/email/verify', JSON.stringify(body))
    },
    { status: 204 },
  ],
  [
    'a sign-up with a transport, where emails are verified first',
    post('/auth/signup', JSON.stringify({ ...ada, email: 'cleo@example.com', transport: 'body' })),
    { status: 202, text: '', cookies: [] },
  ],

  ['two blanks after Bearer', bearer((token) => `Bearer  ${token}`), { status: 200 }],
  ['a tab after Bearer', bearer((token) => `Bearer\t${token}`), { status: 401 }],
  [
    'a logout by an access token after two blanks, which ends its session',
    async ({ origin, logIn }) => {
      const authorization = `Bearer  ${(await logIn()).accessToken}`
      await sendRaw(origin, post('/auth/logout', '{}', { ...json, authorization }))
      return get('/users/me', { authorization: authorization.replace('  ', ' ') })
    },
    { status: 401 },
  ],

  ...['\u2000', '\u00a0', '\u3000', '\ufeff', '\u2028'].map(
    (blank): Row => [
      `a cookie whose name begins with U+${blank.charCodeAt(0).toString(16).padStart(4, '0')}`,
      async ({ logIn }) => ({
        method: 'POST',
        path: '/auth/refresh',
        headers: { ...json, ...from(page), cookie: `${blank}${cookie((await logIn()).refreshToken)}` },
      }),
      { status: 401, code: 'invalid_refresh_token' },
    ],
  ),
  ...['g_state={"i_l":0}', 'a b=1', 'x', '=y', '__proto__=1', 'name="', 'é=ü'].flatMap((odd): Row[] => [
    [`a cookie of another project, ${odd}`, get('/health', { cookie: odd }), { status: 200 }],
    [
      `a refresh beside ${odd}`,
      async ({ logIn }) => ({
        method: 'POST',
        path: '/auth/refresh',
        headers: { ...from(page), cookie: `${odd}; ${cookie((await logIn()).refreshToken)}; z=1` },
      }),
      { status: 200 },
    ],
  ]),
  ['an odd cookie at an unknown route', get('/nowhere', { cookie: 'a b=1' }), { status: 404 }],

  [
    'a content type with 9,000 blanks',
    post('/auth/logout', '{}', { 'content-type': `application/json${' '.repeat(9000)}x` }),
    { status: 415 },
  ],
  [
    'a content type with a charset',
    post('/auth/logout', '{}', { 'content-type': 'application/json ; charset=utf-8' }),
    { status: 204 },
  ],
  ...['é'.repeat(32), 'a'.repeat(32) + 'é'.repeat(32), '0'.repeat(32) + '€'.repeat(32)].map(
    (challenge): Row => [
      `a challenge that ends with ${challenge.slice(-1)}, ${challenge.length} long`,
      post('/auth/email-login/code', JSON.stringify({ email: ada.email, challenge, code: '123456' })),
      { status: 400, code: 'invalid_code' },
    ],
  ),
  [
    'a code as it is typed from a mail',
    async ({ mailbox, post: send }) => {
      const { email } = ada
      const { challenge } = (await send('/auth/email-login', { email })).body
      const [, ...rest] = await mailedDigits(mailbox, email)
      return post(
        '/auth/email-login/code',
        JSON.stringify({ email, challenge, code: ` ${rest[0]} \u2011${rest[1]} ` }),
      )
    },
    { status: 200 },
  ],

  [
    'the upper-case id of another own session',
    async ({ logIn }) => {
      const { accessToken } = await logIn()
      const other = sessionOf((await logIn()).accessToken).toUpperCase()
      return {
        method: 'DELETE',
        path: `/users/me/sessions/${other}`,
        headers: { authorization: `Bearer ${accessToken}` },
      }
    },
    { status: 204, cookies: [] },
  ],
  [
    'the id of the own current session',
    async ({ logIn }) => {
      const { accessToken } = await logIn()
      return {
        method: 'DELETE',
        path: `/users/me/sessions/${sessionOf(accessToken)}`,
        headers: { authorization: `Bearer ${accessToken}` },
      }
    },
    { status: 204, cookies: cleared },
  ],

  ...['max@müller.example', 'max@xn--mller-kva.example', 'max@faß.example', 'max@bücher．example'].map(
    (email): Row => [
      `a login as ${email}`,
      post('/auth/login', JSON.stringify({ email, password: ada.password })),
      { status: 401, code: 'invalid_credentials' },
    ],
  ),
  [
    'a look-alike of @',
    post('/auth/login', JSON.stringify({ email: 'max\uff20example.com', password: ada.password })),
    { status: 400 },
  ],

  [
    'a cookie and a body token, without an origin: the body\u2019s session is refreshed',
    async ({ logIn }) => {
      const [one, other] = [await logIn(), await logIn()]
      const body = JSON.stringify({ refreshToken: one.refreshToken })
      return post('/auth/refresh', body, { ...json, cookie: cookie(other.refreshToken) })
    },
    { status: 200, body: { refreshToken: expect.any(String) }, cookies: [] },
  ],
  [
    'a cookie and a body token, without an origin, to log out',
    async ({ logIn }) => {
      const [one, other] = [await logIn(), await logIn()]
      const body = JSON.stringify({ refreshToken: one.refreshToken })
      return post('/auth/logout', body, { ...json, cookie: cookie(other.refreshToken) })
    },
    { status: 204, cookies: cleared },
  ],
  [
    'a logout with malformed tokens',
    post('/auth/logout', '{"refreshToken":"nonsense"}', { ...json, authorization: 'Bearer nonsense' }),
    { status: 204, cookies: cleared },
  ],

  ...['/health', '/', '/.well-known/jwks.json', '/.well-known/openid-configuration', '/openapi.json'].flatMap(
    (path): Row[] => [
      [`GET ${path}`, get(path), { status: 200, headers: { vary: expect.stringMatching(/origin/i) } }],
      [
        `HEAD ${path}`,
        { method: 'HEAD', path },
        { status: 200, text: '', headers: { 'content-type': 'application/json; charset=utf-8' } },
      ],
    ],
  ),
  ['HEAD on a POST', { method: 'HEAD', path: '/auth/login' }, { status: 404, text: '' }],
]

const folder = mkdtempSync(join(tmpdir(), 'cardea-parity-'))
const started: Started[] = []
let platforms: Platform[] = []

beforeAll(async () => {
  // Each has a folder of its own and the default settings, except those that rows need.
  for (const script of ['start', 'start:packaged']) {
    const own = join(folder, script.replace(':', '-'))
    mkdirSync(own)
    const one = await npmStartOver(own, script)({ ALLOWED_ORIGINS: page, EMAIL_LOGIN: 'true' })
    started.push(one)
    // One after the other, because each bundles every function.
    await one.ready()
  }
  platforms = await Promise.all(started.map(platformOf))
  // Two starts that bundle every function.
}, 600_000)
afterAll(async () => {
  for (const each of started) await each.interrupt()
  rmSync(folder, { recursive: true, force: true })
})

async function platformOf({ origin, mailbox }: Started): Promise<Platform> {
  const post: Platform['post'] = (path, body, headers = {}) =>
    sendRaw(origin, {
      method: 'POST',
      path,
      headers: { ...json, origin: page, ...headers },
      body: JSON.stringify(body),
    })
  const { email, password } = ada
  expect(await post('/auth/signup', ada)).toMatchObject({ status: 202 })
  const token = await mailedToken(mailbox, email, 'verify-email')
  expect(await post('/auth/email/verify', { token })).toMatchObject({ status: 204 })
  const logIn = async () => (await post('/auth/login', { email, password, transport: 'body' })).body
  const headers = { authorization: `Bearer ${(await logIn()).accessToken}` }
  // The authorizer is loaded by its first request. On a busy machine this may take longer than its time-out.
  for (let attempts = 0; (await sendRaw(origin, get('/users/me', headers))).status !== 200; attempts++)
    if (attempts === 5) throw new Error('The authorizer does not get ready')
  return { origin, mailbox, post, logIn }
}

describe('npm start and the packaged functions answer alike', () => {
  it.each(rows)('%s', async (_, request, right) => {
    const answers = platforms.map(async (platform) => {
      const sent = typeof request === 'function' ? await request(platform) : request
      const { status, headers, cookies, body, text } = await sendRaw(platform.origin, sent)
      return { status, headers, cookies, body, text, code: body?.code }
    })
    expect(await Promise.all(answers)).toMatchObject([right, right])
  })
})
