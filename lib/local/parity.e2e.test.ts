/**
 * One table of requests, sent to what `npm start` starts and to the packaged functions: both must give the same, right answer.
 * A row is `[given, request, right]`: a name, a request (or a function that makes one for a `Platform`, where `ada` has confirmed
 * her email), and the answer's part that must match: `status`, and where it matters `code`, `body`, `headers`, `cookies`.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { npmStartOver, type Started } from '../testing/npm-start.ts'
import { type RawRequest, sendRaw } from '../testing/raw-request.ts'
import { mailedToken } from './mailbox.ts'

const page = 'https://app.example.com'
const json = { 'content-type': 'application/json' }
const ada = { email: 'ada@example.com', password: 'seven purple lanterns drift', name: 'Ada Lovelace' }

/** One of the two, with an account on it. */
interface Platform {
  readonly origin: string
  readonly mailbox: string
  /** Sends JSON as a page of ours does. */
  post(path: string, body: object, headers?: Record<string, string>): ReturnType<typeof sendRaw>
  /** Logs ada in; her tokens are for one row alone. */
  logIn(): Promise<{ readonly accessToken: string; readonly refreshToken: string }>
}

interface Right {
  readonly status: number
  readonly code?: string
  readonly body?: unknown
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

const rows: readonly Row[] = [['an empty object', post('/auth/logout', '{}'), { status: 204 }]]

const folder = mkdtempSync(join(tmpdir(), 'cardea-parity-'))
const started: Started[] = []
let platforms: Platform[] = []

beforeAll(async () => {
  // Each with a folder of its own; the default settings, but for what a row needs to be reached at all.
  for (const script of ['start', 'start:packaged']) {
    const own = join(folder, script.replace(':', '-'))
    mkdirSync(own)
    const one = await npmStartOver(own, script)({ ALLOWED_ORIGINS: page, EMAIL_LOGIN: 'true' })
    started.push(one)
    // One after the other: each bundles every function.
    await one.ready()
  }
  platforms = await Promise.all(started.map(platformOf))
})
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
  return { origin, mailbox, post, logIn }
}

describe('npm start and the packaged functions answer alike', () => {
  it.each(rows)('%s', async (_, request, right) => {
    const answers = platforms.map(async (platform) => {
      const sent = typeof request === 'function' ? await request(platform) : request
      const { status, headers, cookies, body } = await sendRaw(platform.origin, sent)
      return { status, headers, cookies, body, code: body?.code }
    })
    expect(await Promise.all(answers)).toMatchObject([right, right])
  })
})
