import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { browser } from '../testing/browser.ts'
import { complaintsOf, startChromium } from '../testing/chromium.ts'
import { npmStartOver, type Started } from '../testing/npm-start.ts'
import { run } from '../testing/run.ts'
import { mailedToken } from './mailbox.ts'
import { isFree } from './ports.ts'

const folder = mkdtempSync(join(tmpdir(), 'cardea-start-'))
const broken = join(folder, 'broken')
beforeAll(() => {
  mkdirSync(broken)
  writeFileSync(join(broken, 'keys.json'), 'hunter2')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const npmStart = npmStartOver(folder)

/** The command lines of all processes that contain the folder of this test. */
function processesOf(): string[] {
  const all = existsSync('/proc')
    ? readdirSync('/proc').map((id) => {
        try {
          return readFileSync(`/proc/${id}/cmdline`, 'utf8')
        } catch {
          return ''
        }
      })
    : spawnSync('ps', ['-eo', 'args='], { encoding: 'utf8' }).stdout.split('\n')
  return all.filter((line) => line.includes(basename(folder)))
}

async function inChromium(story: (page: Page) => Promise<void>): Promise<void> {
  const chromium = await startChromium()
  try {
    const context = await chromium.newContext()
    // The first call of a function starts a process, which takes seconds on a loaded machine.
    context.setDefaultTimeout(90_000)
    await story(await context.newPage())
  } finally {
    await chromium.close()
  }
}

/** Logins need no verified email. */
const easy = { REQUIRE_VERIFIED_EMAIL: 'false' }

const ada = { email: 'ada@example.com', password: 'correct horse battery staple', name: 'Ada Lovelace' }

/** Runs until the test that stops it. */
let started: Started
beforeAll(async () => {
  started = await npmStart(easy)
  await started.ready()
})

describe('npm start', () => {
  it('prints its addresses, its routes and a first command', () => {
    const { origin, mailbox } = started
    expect(started.said()).toContain(
      `Cardea is running on ${origin}\n\n  API      ${origin}    described at /docs `,
    )
    expect(started.said()).toContain(`\n  mailbox  ${mailbox} `)
    expect(started.said()).toContain(`\n  pages    ${origin}/ui `)
    expect(started.said()).toMatch(/POST +\/auth\/login/)
    expect(started.said()).toMatch(
      /^Settings to change first, .*\n\n {2}PRODUCT_NAME .*\n {2}ALLOWED_ORIGINS /m,
    )
    expect(started.said()).toContain(`curl -X POST ${started.origin}/auth/signup`)
    expect(started.said()).not.toMatch(/warn|deprecat/i)
  })

  it('creates keys that only their owner can read', () => {
    expect(statSync(join(folder, 'keys.json')).mode & 0o777).toBe(0o600)
  })

  it('serves the tour: sign up, log in, read the profile, refresh, log out', async () => {
    const go = browser(started)
    const signup = await go('POST', '/auth/signup', ada)
    expect(signup).toMatchObject({
      status: 201,
      body: { tokenType: 'Bearer', user: { email: ada.email, roles: ['user'] } },
    })
    expect(await go('POST', '/auth/refresh')).toMatchObject({ status: 200 })
    expect(await go('POST', '/auth/signup', ada)).toMatchObject({
      status: 409,
      body: { code: 'email_taken' },
    })

    const { email, password } = ada
    const login = await go('POST', '/auth/login', { email, password })
    expect(login).toMatchObject({ status: 200, body: { tokenType: 'Bearer', expiresIn: 900 } })
    expect(login.headers.getSetCookie()[0]).toMatch(
      /^__Host-cardea_refresh=.*Secure; HttpOnly; SameSite=Strict; Path=\/$/,
    )
    const asAda = { authorization: `Bearer ${login.body.accessToken}` }
    expect(await go('GET', '/users/me', undefined, asAda)).toMatchObject({
      status: 200,
      body: { id: signup.body.user.id, email: ada.email },
    })

    const before = login.cookie()
    const refreshed = await go('POST', '/auth/refresh')
    expect(refreshed).toMatchObject({ status: 200, body: { tokenType: 'Bearer' } })
    expect(refreshed.cookie()).not.toBe(before)
    const asAdaAgain = { authorization: `Bearer ${refreshed.body.accessToken}` }
    expect(await go('GET', '/users/me', undefined, asAdaAgain)).toMatchObject({ status: 200 })

    expect(await go('POST', '/auth/logout')).toMatchObject({ status: 204 })
    expect(refreshed.cookie()).toBe('')
    for (const dead of [asAda, asAdaAgain])
      expect(await go('GET', '/users/me', undefined, dead)).toMatchObject({ status: 401 })
    expect(await go('POST', '/auth/refresh')).toMatchObject({
      status: 401,
      body: { code: 'invalid_refresh_token' },
    })
  })

  it('refuses a forged token, and an unknown route', async () => {
    const go = browser(started)
    const forged = { authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.' }
    expect(await go('GET', '/users/me', undefined, forged)).toMatchObject({ status: 401 })
    expect(await go('GET', '/users/me')).toMatchObject({ status: 401 })
    expect(await go('GET', '/admin')).toMatchObject({ status: 404 })
  })

  it('answers ten refreshes of one token at once with 200, and one next generation', async () => {
    const go = browser(started)
    const login = await go('POST', '/auth/login', {
      email: ada.email,
      password: ada.password,
      transport: 'body',
    })
    const body = { refreshToken: login.body.refreshToken }
    const answers = await Promise.all(Array.from({ length: 10 }, () => go('POST', '/auth/refresh', body)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    const generation = (token: string) =>
      JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).gen
    expect(new Set(answers.map((answer) => generation(answer.body.refreshToken)))).toEqual(new Set([2]))
  })

  it('serves the API reference, whose forms send calls, with the token of a login', async () => {
    await inChromium(async (page) => {
      const complaints = complaintsOf(page, started.origin)
      await page.goto(`${started.origin}/docs`)
      const answer = async (operationId: string, body?: object) => {
        await page.click(`nav a[href="#${operationId}"]`)
        const form = page.getByRole('form', { name: operationId, exact: true })
        if (body) await form.getByLabel('Body').fill(JSON.stringify(body))
        await form.getByRole('button', { name: 'Send' }).click()
        return form.locator('pre').textContent()
      }
      const { email, password } = ada
      expect(await answer('login', { email, password })).toMatch(/^200 OK\n.*"accessToken": /s)
      expect(await answer('getMe')).toMatch(/^200 OK\n.*"email": "ada@example.com"/s)
      expect(complaints).toEqual([])
    })
  })

  it('creates one account for ten sign-ups at once, and answers 409 to the others', async () => {
    const go = browser(started)
    const body = { ...ada, email: 'ten@example.com' }
    const answers = await Promise.all(Array.from({ length: 10 }, () => go('POST', '/auth/signup', body)))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 9 }, () => 409)])
  })

  it('lets no page of another origin read its answers', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' }
    const preflight = await fetch(`${started.origin}/auth/login`, { method: 'OPTIONS', headers })
    expect(preflight.headers.get('access-control-allow-origin')).not.toBe('https://evil.example')
  })

  it('serves the OpenAPI document, with its own address', async () => {
    const { body } = await browser(started)('GET', '/openapi.json')
    const document = JSON.parse(readFileSync('functions/openapi.json', 'utf8'))
    expect(body).toEqual({ ...document, servers: [{ url: started.origin }] })
  })

  it('serves on, and prints one line, when the mailbox fails at a request', async () => {
    const { said, mailbox, origin } = started
    expect((await fetch(`${mailbox}/get-emlContent?messageId=unknown`)).status).toBe(400)
    await started.prints('The mailbox failed: ')
    expect(said()).not.toMatch(/\n\s+at /)
    expect((await fetch(`${origin}/health`)).status).toBe(200)
  })

  it('prints one sentence when it is started twice on one port', async () => {
    const second = await npmStart({ PORT: String(started.port), LOCAL_FOLDER: join(folder, 'other') })
    expect(await second.ended).toBe(1)
    expect(second.said().match(/^Port .*$/gm)).toEqual([
      expect.stringContaining(`Port ${started.port} is in use`),
    ])
    expect(second.said()).not.toMatch(/\n\s+at /)
    expect((await fetch(`${started.origin}/health`)).status).toBe(200)
  })
})

describe('a folder in which npm start runs', () => {
  it('is served once, and not reset', async () => {
    const second = await npmStart()
    expect(await second.ended).toBe(1)
    expect(second.said()).toMatch(/^npm start is running over .*$/m)
    const env = { PATH: process.env.PATH, LOCAL_FOLDER: folder }
    const reset = spawnSync('npm', ['run', '-s', 'reset'], { env, encoding: 'utf8' })
    expect([reset.status, reset.stderr]).toEqual([1, expect.stringContaining('end it first')])
  })
})

describe('npm start with its default settings', () => {
  let started: Started
  beforeAll(async () => {
    started = await npmStart({ LOCAL_FOLDER: join(folder, 'as-it-comes') })
    await started.ready()
  })
  afterAll(() => started.interrupt())

  it('serves the curl commands of the README, pasted unchanged', () => {
    const [, section = ''] = /## A tour with curl\n(.*?)\n## /s.exec(readFileSync('README.md', 'utf8')) ?? []
    const tour = [...section.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => block).join('')
    const pasted = tour
      .replace('http://localhost:3000', started.origin)
      .replace('http://localhost:8005', started.mailbox)
      .replace('.cardea/cookies', join(folder, 'cookies'))
      .replaceAll('ada@example.com', 'tour@example.com')
    const { stdout, stderr } = spawnSync('bash', ['-c', pasted], { encoding: 'utf8', timeout: 60_000 })
    expect(stderr).toBe('')
    const user = /"email":"tour@example.com","name":"Ada Lovelace","roles":\["user"\]/g
    expect(stdout.match(user)).toHaveLength(2)
    expect(stdout.match(/"accessToken"/g)).toHaveLength(1)
    expect(stdout.match(/^HTTP\S+ \d+/gm)?.map((line) => line.slice(-3))).toEqual([
      '202',
      '204',
      '204',
      '401',
    ])
  })

  it('serves the tour by mail: sign up, verify, log in, reset; old sessions, links and passwords fail', async () => {
    const person = { ...ada, email: 'mail@example.com' }
    const { email, password } = person
    const [go, other] = [browser(started), browser(started)]
    expect(await go('POST', '/auth/signup', person)).toMatchObject({ status: 202, body: '' })
    expect(await go('POST', '/auth/login', { email, password })).toMatchObject({
      status: 403,
      body: { code: 'email_not_verified' },
    })
    const verifying = { token: await mailedToken(started.mailbox, email, 'verify-email') }
    expect(await go('POST', '/auth/email/verify', verifying)).toMatchObject({ status: 204 })
    // A link of a sign-up can be opened again.
    expect(await go('POST', '/auth/email/verify', verifying)).toMatchObject({ status: 204 })
    const login = await other('POST', '/auth/login', { email, password })
    expect(login).toMatchObject({ status: 200, body: { user: { emailVerified: true } } })

    expect(await go('POST', '/auth/password/forgot', { email })).toMatchObject({ status: 202 })
    const first = await mailedToken(started.mailbox, email, 'reset-password')
    expect(await go('POST', '/auth/password/forgot', { email })).toMatchObject({ status: 202 })
    const token = await mailedToken(started.mailbox, email, 'reset-password')
    const newPassword = 'another correct horse'
    const old = await go('POST', '/auth/password/reset', { token: first, newPassword })
    expect(old).toMatchObject({ status: 400, body: { code: 'invalid_link' } })
    expect(await go('POST', '/auth/password/reset', { token, newPassword })).toMatchObject({ status: 204 })
    expect(await go('POST', '/auth/password/reset', { token, newPassword })).toMatchObject({ status: 400 })

    const dead = { authorization: `Bearer ${login.body.accessToken}` }
    expect(await other('GET', '/users/me', undefined, dead)).toMatchObject({ status: 401 })
    expect(await other('POST', '/auth/refresh')).toMatchObject({
      status: 401,
      body: { code: 'session_ended' },
    })
    expect(await go('POST', '/auth/login', { email, password })).toMatchObject({ status: 401 })
    expect(await go('POST', '/auth/login', { email, password: newPassword })).toMatchObject({ status: 200 })
  })

  it('mails a link that opens in a page of its own, which runs its scripts', async () => {
    await browser(started)('POST', '/auth/signup', { ...ada, email: 'link@example.com' })
    await mailedToken(started.mailbox, 'link@example.com', 'verify-email')
    await inChromium(async (page) => {
      await page.goto(started.mailbox)
      const mail = page.locator('.email', { hasText: 'link@example.com' })
      await mail.getByText('Toggle HTML view').click()
      const opening = page.context().waitForEvent('page')
      await mail.frameLocator('iframe').locator('a').first().click()
      // A script removes the token from the address.
      await (await opening).waitForURL(`${started.origin}/ui/verify-email`)
    })
  })

  it('lets a front-end test sign up 12 users', async () => {
    const go = browser(started)
    for (let time = 0; time < 12; time++) {
      const signup = await go('POST', '/auth/signup', { ...ada, email: `many${time}@example.com` })
      expect(signup.status).toBe(202)
    }
  })

  it('prints once for each origin how to admit it, or that the API refuses its cookie', async () => {
    const preflight = (origin: string) =>
      fetch(`${started.origin}/auth/login`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      })
    for (const origin of [
      'http://localhost:5173',
      'http://localhost:5173',
      started.origin,
      'http://127.0.0.1:5500',
    ])
      await preflight(origin)
    await started.prints('"http://127.0.0.1:5500"')
    expect(started.said().match(/^(?:CORS|Cookies): .*$/gm)).toEqual([
      expect.stringMatching(/^CORS: .*"http:\/\/localhost:5173" may not .* ALLOWED_ORIGINS in \.env/),
      expect.stringMatching(/^Cookies: .*"http:\/\/127\.0\.0\.1:5500" is of another site/),
    ])
  })
})

describe('a tour over HTTP', () => {
  const admin = (...words: string[]) => {
    const env = { LOCAL_FOLDER: folder }
    // Not synchronous, so that the connections to the API stay served.
    return run('npm', ['run', '-s', 'admin', '--', ...words], { env })
  }
  const bearer = (login: { body: { accessToken: string } }) => ({
    authorization: `Bearer ${login.body.accessToken}`,
  })

  it('a password change in one of three clients logs the other two out', async () => {
    const person = { ...ada, email: 'three@example.com' }
    const { email, password } = person
    const [one, two, phone] = [browser(started), browser(started), browser(started)]
    // No email has to be verified here, so the sign-up opens the first session.
    const first = await one('POST', '/auth/signup', person)
    const second = await two('POST', '/auth/login', { email, password })
    const third = await phone('POST', '/auth/login', { email, password, transport: 'body' })
    const listed = await one('GET', '/users/me/sessions', undefined, bearer(first))
    expect(listed.body.sessions).toHaveLength(3)

    const newPassword = 'another correct horse'
    const change = { currentPassword: password, newPassword }
    const changed = await one('PUT', '/users/me/password', change, bearer(first))
    expect(changed.status).toBe(200)
    expect(await one('GET', '/users/me', undefined, bearer(changed))).toMatchObject({ status: 200 })
    expect(await one('POST', '/auth/refresh')).toMatchObject({ status: 200 })

    for (const [go, login] of [
      [two, second],
      [phone, third],
    ] as const) {
      expect(await go('GET', '/users/me', undefined, bearer(login))).toMatchObject({ status: 401 })
    }
    expect(await two('POST', '/auth/refresh')).toMatchObject({ status: 401, body: { code: 'session_ended' } })
    const { refreshToken } = third.body
    expect(await phone('POST', '/auth/refresh', { refreshToken })).toMatchObject({
      status: 401,
      body: { code: 'session_ended' },
    })
    expect(await phone('POST', '/auth/login', { email, password: newPassword })).toMatchObject({
      status: 200,
    })
  })

  it('an administrator demotes another, whose next request is 401, and 403 after a refresh', async () => {
    const people = ['root@example.com', 'other@example.com'].map((email) => ({ ...ada, email }))
    const [root, other] = [browser(started), browser(started)]
    for (const person of people) await root('POST', '/auth/signup', person)
    expect(await admin('grant', 'root@example.com')).toMatchObject({ status: 1 })
    expect(await admin('grant', 'root@example.com', '--unverified')).toMatchObject({ status: 0 })
    expect((await admin('grant', 'Other@Example.com', '--unverified')).stdout).toContain(
      'has the roles user, admin',
    )
    expect((await admin('list')).stdout.trim().split('\n')).toHaveLength(2)
    const [asRoot, asOther] = await Promise.all(
      [root, other].map((go, index) =>
        go('POST', '/auth/login', { email: people[index]?.email, password: ada.password }),
      ),
    )
    if (!asRoot || !asOther) throw new Error('A login failed')
    expect(await other('GET', '/users?limit=1', undefined, bearer(asOther))).toMatchObject({ status: 200 })

    const path = `/users/${asOther.body.user.id}`
    expect(await root('PATCH', path, { roles: ['user'] }, bearer(asRoot))).toMatchObject({
      status: 200,
      body: { roles: ['user'] },
    })
    expect(await other('GET', '/users', undefined, bearer(asOther))).toMatchObject({ status: 401 })
    const refreshed = await other('POST', '/auth/refresh')
    expect(refreshed).toMatchObject({ status: 200, body: { user: { roles: ['user'] } } })
    expect(await other('GET', '/users', undefined, bearer(refreshed))).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    })

    const last = await admin('revoke', 'root@example.com')
    expect([last.status, last.stderr]).toEqual([1, 'This is the last active administrator.\n'])
    expect(await root('DELETE', '/users/me', { password: ada.password }, bearer(asRoot))).toMatchObject({
      status: 409,
    })
    expect(await root('DELETE', path, undefined, bearer(asRoot))).toMatchObject({ status: 204 })
    expect(await other('GET', '/users/me', undefined, bearer(refreshed))).toMatchObject({ status: 401 })
  })

  it('keys are listed, made and revoked while the API runs, and none is printed', async () => {
    const keys = (...words: string[]) => {
      const env = { LOCAL_FOLDER: folder }
      return run('npm', ['run', '-s', 'keys', '--', ...words], { env })
    }
    const states = async () => (await keys('list')).stdout.match(/signs next|signs|verifies/g)
    expect(await states()).toEqual(['signs', 'signs'])
    expect((await keys('rotate')).stdout).toMatch(/^Made access key [\w-]+\nMade refresh key \w+\n$/)
    expect(await states()).toEqual(['signs', 'signs next', 'signs', 'signs next'])
    const [, waiting = ''] = /access +([\w-]+) +signs next/.exec((await keys('list')).stdout) ?? []
    expect((await keys('revoke', waiting)).stdout).toBe(`Removed access key ${waiting}\n`)
    expect(await keys('revoke', 'unknown')).toMatchObject({ status: 1, stderr: 'There is no key unknown\n' })
    const said = (await keys('list')).stdout
    const stored = readFileSync(join(folder, 'keys.json'), 'utf8').matchAll(/\\"key\\":\\"(.{20,40})/g)
    const values = [...stored].map(([, value = '']) => value)
    expect(values.length).toBeGreaterThan(3)
    for (const value of values) expect(said).not.toContain(value)
  })

  it('the admin command prints its usage, and that it knows no such user', async () => {
    expect(await admin('grant')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('Usage: npm run admin'),
    })
    expect((await admin('grant', 'unknown@example.com')).stderr).toBe('No account has this email\n')
    expect((await admin('grant', 'unknown')).stderr).toContain('"unknown" is neither an id nor an email')
  })
})

describe('starting and stopping npm start', () => {
  it('stops with Ctrl-C, leaves no process, and keeps its users', async () => {
    expect(processesOf().length).toBeGreaterThanOrEqual(2)
    await started.interrupt()
    expect(processesOf()).toEqual([])
    expect(await isFree(started.port)).toBe(true)

    const second = await npmStart(easy)
    await second.ready()
    const { email, password } = ada
    expect(await browser(second)('POST', '/auth/login', { email, password })).toMatchObject({ status: 200 })
    await second.interrupt()
  })

  it('stops with Ctrl-C while it is starting, too', async () => {
    for (const after of [0, 200, 500, 900]) {
      const early = await npmStart()
      // Before that only npm may run, which is not tested here.
      await early.prints('Starting')
      await wait(after)
      await early.interrupt()
      expect([after, processesOf()]).toEqual([after, []])
    }
  })

  it('gives up on an engine that accepts the connection and does not answer', async () => {
    const silent = createServer()
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as { port: number }
    const failed = await npmStart({ DYNAMODB_ENDPOINT: `http://127.0.0.1:${port}` })
    expect(await failed.ended).toBe(1)
    expect(failed.said()).toMatch(/^Nothing answers at DYNAMODB_ENDPOINT .*$/m)
    silent.close()
  })

  it('treats empty settings as missing, as in a copy of .env.example, and writes nothing to HOME', async () => {
    const empty = await npmStart({
      ...easy,
      HOME: '/dev/null/home',
      ISSUER: '',
      ALLOWED_ORIGINS: '',
      DYNAMODB_ENDPOINT: '',
    })
    await empty.ready()
    const { email, password } = ada
    const go = browser(empty)
    await go('POST', '/auth/login', { email, password })
    expect(await go('POST', '/auth/refresh')).toMatchObject({ status: 200 })
    await empty.interrupt()
  })

  it('deletes its users with npm run reset, and keeps its keys', () => {
    const env = { PATH: process.env.PATH, LOCAL_FOLDER: folder }
    const { stdout } = spawnSync('npm', ['run', '-s', 'reset'], { env, encoding: 'utf8' })
    expect(stdout).toContain('Removed the local users and sessions')
    expect(existsSync(join(folder, 'keys.json'))).toBe(true)
    expect(existsSync(join(folder, 'dynamodb.sqlite'))).toBe(false)
  })

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'broken settings',
      { BCRYPT_COST: 'hunter2', ACCESS_TOKEN_SECONDS: '1' },
      /^Wrong settings, in .env or the shell:\n {2}ACCESS_TOKEN_SECONDS must .*\n {2}BCRYPT_COST must .*$/m,
    ],
    ['a malformed origin', { ALLOWED_ORIGINS: 'localhost:5173' }, /^ {2}ALLOWED_ORIGINS must .*$/m],
    [
      'an engine that does not answer',
      { DYNAMODB_ENDPOINT: 'http://127.0.0.1:1' },
      /^Nothing answers at DYNAMODB_ENDPOINT.*$/m,
    ],
    ['an invalid port', { PORT: '99999' }, /^ {2}PORT must .*$/m],
    ['broken keys', { LOCAL_FOLDER: broken }, /^The key file .* cannot be read, or is not JSON$/m],
  ])('prints one sentence about %s, and fails', async (_, settings, sentence) => {
    const failed = await npmStart(settings)
    expect(await failed.ended).toBe(1)
    expect(failed.said()).toMatch(sentence)
    expect(failed.said()).not.toContain('hunter2')
    expect(failed.said()).not.toMatch(/\n\s+at /)
    expect(processesOf()).toEqual([])
  })
})

describe('a port', () => {
  it('is in use on every address of this machine on which a server listens', async () => {
    for (const host of ['127.0.0.1', '::1', '0.0.0.0']) {
      const server = createServer()
      const listening = await new Promise<boolean>((resolve) => {
        server.once('error', () => resolve(false)).listen(0, host, () => resolve(true))
      })
      // A machine may lack IPv6, but not 127.0.0.1.
      expect(listening || host === '::1').toBe(true)
      if (!listening) continue
      expect(await isFree((server.address() as { port: number }).port)).toBe(false)
      server.close()
    }
  })
})
