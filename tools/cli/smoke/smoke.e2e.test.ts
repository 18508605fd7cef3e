import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { parse } from 'yaml'
import { isolatedAwsEnv } from '../../local/isolated-aws-env.ts'
import { mailedToken } from '../../local/mailbox.ts'
import { browser } from '../../testing/browser.ts'
import { npmStartOver, type Started } from '../../testing/npm-start.ts'

const folder = mkdtempSync(join(tmpdir(), 'cardea-smoke-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
Object.assign(process.env, isolatedAwsEnv)

const origin = 'https://app.example.com'
const settings = {
  ALLOWED_ORIGINS: origin,
  BCRYPT_COST: '10',
  SIGNUP_PER_IP: '1000/3600',
  FORGOT_PER_IP: '1000/3600',
  PROVIDERS: 'github',
  GITHUB_CLIENT_ID: 'cardea',
}

interface Run {
  readonly status: number | null
  readonly said: string
  /** The names of the checks that failed. */
  readonly failed: readonly string[]
}

/** Runs `npm run smoke`. `onSaid` gets the output so far, and a function that interrupts the run. */
async function smoke(
  args: readonly string[],
  {
    env = {},
    onSaid,
  }: { env?: Record<string, string>; onSaid?: (said: string, interrupt: () => void) => void } = {},
): Promise<Run> {
  const child = spawn('npm', ['run', '-s', 'smoke', '--', ...args], {
    env: { PATH: process.env.PATH, HOME: folder, ...env },
    detached: true,
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      said += data
      onSaid?.(said, () => process.kill(-Number(child.pid), 'SIGINT'))
    })
  }
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve))
  const failed = [...said.matchAll(/^FAIL +\d+ ms {2}(.*?)(?: {2}|$)/gm)].map(([, name = '']) => name)
  expect(said).not.toMatch(/eyJ|[\w-]{30,}|\n\s+at /)
  return { status, said, failed }
}

/** Every remaining key of users and their sessions. */
async function leftIn(endpoint: string, stage: string): Promise<string[]> {
  const client = new DynamoDBClient({ endpoint })
  const scanned = await Promise.all(
    ['users', 'sessions'].map((table) =>
      client.send(new ScanCommand({ TableName: `cardea-${stage}-${table}`, ConsistentRead: true })),
    ),
  )
  client.destroy()
  return scanned
    .flatMap(({ Items = [] }) => Items.map(({ pk }) => pk?.S ?? ''))
    .filter((pk) => /^(USER|EMAIL)#/.test(pk))
}

/** An answer that `spoil` may change. */
interface Exchange {
  readonly route: string
  readonly headers: Readonly<Record<string, unknown>>
  /** What was sent. */
  readonly body: string
  readonly answer: {
    status: number
    readonly headers: Headers
    json(change: (body: any) => object): void
    /** Whether the route was called before. */
    again(): boolean
  }
}
type Spoil = (exchange: Exchange) => void | Promise<void>

/** An API that forwards to another, and changes its answers with `spoil`. Here, not in the smoke test, the answers are checked. */
function spoiling(target: string, spoil: Spoil): Server {
  const asked = new Map<string, number>()
  return createServer(async (request, response) => {
    const route = `${request.method} ${request.url}`
    asked.set(route, (asked.get(route) ?? 0) + 1)
    const { host: _, connection: __, ...headers } = request.headers
    const body = await buffer(request)
    const given = await fetch(target + request.url, {
      method: String(request.method),
      headers: headers as Record<string, string>,
      ...(body.length > 0 && { body }),
    })
    let text = await given.text()
    const answer = {
      status: given.status,
      headers: new Headers(given.headers),
      json: (change: (body: any) => object) => {
        text = JSON.stringify(change(text ? JSON.parse(text) : {}))
      },
      again: () => Number(asked.get(route)) > 1,
    }
    await spoil({ route, headers, body: body.toString(), answer })
    for (const name of ['content-length', 'content-encoding', 'transfer-encoding'])
      answer.headers.delete(name)
    response.writeHead(answer.status, [...answer.headers].flat()).end(text)
  })
}

let spoiled: Server | undefined
afterEach(() => {
  spoiled?.close()
  spoiled?.closeAllConnections()
})
async function spoiledApi(target: string, spoil: Spoil = () => undefined): Promise<string> {
  const server = spoiling(target, spoil)
  spoiled = server
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://localhost:${(server.address() as AddressInfo).port}`
}

describe('the smoke test of npm start', () => {
  let started: Started
  const endpoint = () => readFileSync(join(folder, 'start/dynamodb-endpoint'), 'utf8')
  const args = (url = started.origin, ...more: string[]) => [
    '--url',
    url,
    '--mailbox',
    started.mailbox,
    ...more,
  ]
  beforeAll(async () => {
    started = await npmStartOver(join(folder, 'start'))(settings)
    await started.ready()
  })
  afterAll(() => started.interrupt())

  it('passes, says where the emulator differs, and leaves no account', async () => {
    const url = await spoiledApi(started.origin)
    const { status, said, failed } = await smoke(args(url, '--origin', origin))
    expect([failed, status]).toEqual([[], 0])
    expect(said).toMatch(/^pass .*the email is verified by the link in the mail/m)
    expect(said).toMatch(/^pass .*CORS: a page of the listed origin may send requests/m)
    expect(said).toMatch(/^pass .*after logout the access tokens are refused +by the next request/m)
    expect(said).toMatch(/^pass .*an unknown route is 404 +local: /m)
    expect(said).toMatch(/^41 passed, 0 failed/m)
    expect(await leftIn(endpoint(), 'local')).toEqual([])
  })

  it('lists the checks that it skipped', async () => {
    expect((await smoke(args())).said).toMatch(/^Not tried: CORS of a listed origin/m)
  })

  it('verifies the email in the tables of a stage, too', async () => {
    const env = { LOCAL_FOLDER: join(folder, 'start') }
    const { status, said } = await smoke(['--url', started.origin, '--stage', 'local'], { env })
    expect(said).toMatch(/^pass .*the email is verified in the tables of the stage local/m)
    expect(status).toBe(0)
    expect(await leftIn(endpoint(), 'local')).toEqual([])
  })

  it('removes its account when it is interrupted, early or late', async () => {
    for (const after of ['sign-up creates an account', 'each refresh gives a new']) {
      let isAsked = false
      const { status, said } = await smoke(args(), {
        onSaid: (text, interrupt) => {
          if (!isAsked && text.includes(after)) interrupt()
          isAsked ||= text.includes(after)
        },
      })
      // npm exits by the signal itself.
      expect(status).not.toBe(0)
      expect(said).toMatch(/^pass .*everything that was created is removed/m)
      expect(said).toMatch(/^Interrupted/m)
      expect(await leftIn(endpoint(), 'local')).toEqual([])
    }
  })
})

describe('the smoke test of the packaged functions', () => {
  let stack: Started
  const dynamodb = () => readFileSync(join(folder, 'stack/packaged/dynamodb-endpoint'), 'utf8')
  beforeAll(async () => {
    stack = await npmStartOver(join(folder, 'stack'), 'start:packaged')(settings)
    await stack.ready()
  })
  afterAll(() => stack?.interrupt())
  const args = (url = stack.origin) => ['--url', url, '--mailbox', stack.mailbox, '--origin', origin]
  /** An operator with credentials for the stage. */
  const operator = () => ({ ...isolatedAwsEnv, AWS_ENDPOINT_URL_DYNAMODB: dynamodb() })

  it('passes, mentions no emulator, and leaves no account', async () => {
    const { status, said, failed } = await smoke(args(await spoiledApi(stack.origin)))
    expect([failed, status]).toEqual([[], 0])
    expect(said).not.toContain('local:')
    expect(said).toMatch(/^41 passed, 0 failed/m)
    expect(await leftIn(dynamodb(), 'dev')).toEqual([])
  })

  it('verifies the email in the tables of the stage, with the operator’s credentials', async () => {
    // The workflow of GitHub passes every setting, and those that are not set as empty texts.
    const workflow = parse(readFileSync('.github/workflows/deploy.yml', 'utf8'))
    const unset = Object.fromEntries(Object.keys(workflow.jobs.deploy.env).map((name) => [name, '']))
    expect(unset).toMatchObject({ ISSUER: '', USERS_TABLE: '' })
    const env = { ...unset, ...operator(), ISSUER: stack.origin, PROVIDERS: 'github' }
    const { status, said } = await smoke(['--url', stack.origin, '--stage', 'dev'], { env })
    expect([status, said]).toEqual([0, expect.stringMatching(/^42 passed, 0 failed/m)])
    expect(said).toMatch(/^pass .* a login with github begins at the provider +at github\.com$/m)
    expect(await leftIn(dynamodb(), 'dev')).toEqual([])
  })

  it('creates no account that it could not remove', async () => {
    const unreachable = { ...operator(), AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' }
    const { status, failed } = await smoke(['--url', stack.origin, '--stage', 'dev'], { env: unreachable })
    expect([status, failed]).toEqual([1, ['the email can be verified in the tables of the stage dev']])
    expect(await leftIn(dynamodb(), 'dev')).toEqual([])
  })

  it('keeps a test account, and ends the sessions that it opened', async () => {
    const ada = { email: 'ada@example.com', password: 'correct horse battery staple', name: 'Ada' }
    const go = browser(stack, origin)
    expect(await go('POST', '/auth/signup', ada)).toMatchObject({ status: 202 })
    const token = await mailedToken(stack.mailbox, ada.email, 'verify-email')
    await go('POST', '/auth/email/verify', { token })

    const account = ['--url', stack.origin, '--email', ada.email]
    const { status, said } = await smoke(account, { env: { SMOKE_PASSWORD: ada.password } })
    expect([status, said]).toEqual([0, expect.stringContaining('0 failed')])
    expect(said).not.toContain(ada.password)
    const left = await leftIn(dynamodb(), 'dev')
    expect(left.filter((pk) => pk.startsWith('EMAIL#'))).toEqual(['EMAIL#ada@example.com'])
    // The account, and the link of its sign-up, which can be opened again.
    expect(left.filter((pk) => pk.startsWith('USER#'))).toHaveLength(2)
    expect(await smoke([...account, '--password', 'wrong'])).toMatchObject({ status: 1 })

    const { email, password } = ada
    const login = await go('POST', '/auth/login', { email, password })
    const bearer = { authorization: `Bearer ${login.body.accessToken}` }
    expect(await go('DELETE', '/users/me', { password }, bearer)).toMatchObject({ status: 204 })
  })

  it.each<[string, Spoil, readonly string[]]>([
    [
      'headers, bodies and CORS are wrong',
      ({ route, answer, headers }) => {
        answer.headers.delete('x-content-type-options')
        if (route === 'GET /.well-known/jwks.json')
          answer.json((jwks) => ({ keys: [{ ...jwks.keys[0], d: 'x' }] }))
        if (answer.status === 404)
          answer.json(() => ({ message: 'Not Found', stack: 'Error\n    at x.cjs:1:2' }))
        if (route === 'GET /users/me' && !headers.authorization) answer.status = 403
        if (answer.status === 413) answer.json(({ requestId: _, ...problem }) => problem)
        if (answer.status === 415) answer.headers.set('content-type', 'application/json')
        if (answer.status === 400)
          answer.json((problem) => ({ ...problem, errors: [{ path: 'cardea-smoke-marker' }] }))
        if (headers.origin) answer.headers.set('access-control-allow-origin', String(headers.origin))
        if (route === 'GET /users/me' && answer.status === 200)
          answer.json((me) => ({ ...me, passwordHash: 'x' }))
        if (route === 'POST /auth/password/forgot' && answer.again()) answer.status = 404
      },
      [
        'every answer has the security headers',
        'the public keys are published, and no private key',
        'an unknown route is 404',
        'an unknown method of a route is 404',
        'a protected route without a token is 401',
        'a body that is not JSON is 400',
        'a body above 10 KB is 413',
        'a body of another content type is 415',
        'an invalid field is 400, and its value is not repeated',
        'CORS: a page of an unlisted origin may send nothing',
        'CORS: a page of an unlisted origin may read nothing',
        'a forgotten password does not reveal who has an account',
        'the access token verifies with the published keys',
        'the access token reads its own account, without extra fields',
      ],
    ],
    [
      'refused tokens are accepted, and cookies are weak',
      ({ route, answer }) => {
        if (route === 'GET /users/me' && answer.status === 401) answer.status = 200
        const [cookie] = answer.headers.getSetCookie()
        if (cookie) answer.headers.set('set-cookie', cookie.replace('; HttpOnly', ''))
      },
      [
        'a protected route without a token is 401',
        'a malformed token is 401',
        'an unsigned token is 401',
        'login gives an access token and sets the refresh cookie',
        'after the reuse the access token is refused',
        'after its deletion no token and no password of the account works',
      ],
    ],
    [
      'an old refresh token is accepted, every user is listed, and guesses are free',
      ({ route, answer }) => {
        if (route === 'GET /users') answer.status = 200
        if (answer.status === 429) {
          answer.status = 401
          answer.json((problem) => ({ ...problem, code: 'invalid_credentials', status: 401 }))
        }
        if (route === 'POST /auth/refresh' && answer.status >= 400) {
          answer.status = 200
          answer.json(() => ({ accessToken: 'x', refreshToken: 'x' }))
        }
      },
      [
        'a user may not list users',
        'the cookie is refused from an unlisted or unknown origin',
        'after logout the cookie is refused',
        'the reuse of an old refresh token ends the session',
        'after its deletion no token and no password of the account works',
      ],
    ],
  ])('fails where %s, in exactly those checks', async (_, spoil, rows) => {
    const { status, failed } = await smoke(args(await spoiledApi(stack.origin, spoil)))
    expect([failed, status]).toEqual([rows, 1])
    expect(await leftIn(dynamodb(), 'dev')).toEqual([])
  })

  it('removes the account through storage if no login works', async () => {
    // If the deletion came before these mails, they would leave their codes (docs/security.md, "Deleted accounts").
    const firstMails = new Map([
      ['POST /auth/signup', 'verify-email'],
      ['POST /auth/password/forgot', 'reset-password'],
    ])
    const url = await spoiledApi(stack.origin, async ({ route, body, answer }) => {
      const page = answer.status === 202 && firstMails.get(route)
      if (page) {
        firstMails.delete(route)
        await mailedToken(stack.mailbox, JSON.parse(body).email, page)
      }
      if (route === 'POST /auth/login') answer.status = 500
    })
    const { status, said } = await smoke(['--url', url, '--stage', 'dev'], { env: operator() })
    expect(status).toBe(1)
    expect(said).toMatch(/^pass .*everything that was created is removed/m)
    expect(await leftIn(dynamodb(), 'dev')).toEqual([])
  })

  it('names the account if it cannot be removed', async () => {
    const url = await spoiledApi(stack.origin, ({ route, answer }) => {
      if (route === 'POST /auth/login') answer.status = 500
    })
    const { failed, said } = await smoke(args(url))
    expect(failed.at(-1)).toBe('everything that was created is removed')
    expect(said).toMatch(/remove success\+cardea-smoke-\w+@simulator\.amazonses\.com by hand/)
  })
})
