/** The demo application and its API beside a real `npm start`, in a real browser. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { mailedToken } from '../tools/local/mailbox.ts'
import { freePort } from '../tools/local/ports.ts'
import { startChromium, violationsOf } from '../tools/testing/chromium.ts'
import { npmStartOver, type Started } from '../tools/testing/npm-start.ts'
import { run } from '../tools/testing/run.ts'

const ada = { email: 'ada@example.com', password: 'seven purple lanterns drift', name: 'Ada Lovelace' }
const folder = mkdtempSync(join(tmpdir(), 'cardea-example-'))
const start = npmStartOver(folder)
let cardea: Started
let example: Started
let browser: Browser
/** Where the page and the notes API are. */
let page: string
let notesApi: string
let settings: Record<string, string>

const post = (path: string, body: object) =>
  fetch(cardea.origin + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

beforeAll(async () => {
  const ports = { PAGE_PORT: `${await freePort()}`, NOTES_PORT: `${await freePort()}` }
  page = `http://localhost:${ports.PAGE_PORT}`
  notesApi = `http://localhost:${ports.NOTES_PORT}`
  cardea = await start({ ALLOWED_ORIGINS: page })
  settings = { ...ports, PORT: `${cardea.port}` }
  await cardea.ready()
  example = await npmStartOver(folder, 'example')(settings)
  await example.ready()
  await post('/auth/signup', ada)
  const token = await mailedToken(cardea.mailbox, ada.email, 'verify-email')
  // The first call of a function starts a process, which on a loaded machine may take longer than the call may.
  for (let status = 0; status !== 204; ) ({ status } = await post('/auth/email/verify', { token }))
  await Promise.all(['login', 'refresh', 'logout'].map((route) => post(`/auth/${route}`, {})))
  browser = await startChromium()
}, 600_000)
afterAll(async () => {
  await browser?.close()
  await example?.interrupt()
  await cardea?.interrupt()
  rmSync(folder, { recursive: true, force: true })
})

describe('npm run example', () => {
  const env = { HOME: folder, LOCAL_FOLDER: folder }

  it('says that npm start does not run', async () => {
    const { status, stderr } = await run('npm', ['run', '-s', 'example'], {
      env: { ...env, PORT: `${await freePort()}` },
    })
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^npm start does not run on http:\/\/localhost/),
    ])
  })

  it('says which line allows its page', async () => {
    const { status, stderr } = await run('npm', ['run', '-s', 'example'], {
      env: { ...env, ...settings, PAGE_PORT: '5999' },
    })
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^ {2}ALLOWED_ORIGINS=http:\/\/localhost:5999$/m),
    ])
  })
})

describe('the notes API', () => {
  const asks = (path: string, token: string) =>
    fetch(notesApi + path, { headers: { authorization: `Bearer ${token}` } })

  it('refuses a token that is forged, or that a logout has ended', async () => {
    const login = await (await post('/auth/login', { ...ada, name: undefined, transport: 'body' })).json()
    const { accessToken, refreshToken, user } = login as Record<string, any>
    const count = `/users/${user.id}/notes/count`
    // The first calls start processes, and serverless-offline answers 401 if an authorizer takes too long.
    let list = await asks('/notes', accessToken)
    for (let tries = 0; list.status !== 200 && tries < 5; tries++) list = await asks('/notes', accessToken)
    expect(await list.json()).toEqual({ notes: [] })
    // Ada is no administrator: the token is right, the role is missing.
    expect((await asks(count, accessToken)).status).toBe(403)
    const [header, payload = '', signature] = accessToken.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const raised = Buffer.from(JSON.stringify({ ...claims, roles: ['user', 'admin'] })).toString('base64url')
    for (const path of ['/notes', count])
      expect((await asks(path, [header, raised, signature].join('.'))).status).toBe(401)

    await post('/auth/logout', { refreshToken })
    expect((await asks('/notes', accessToken)).status).toBe(401)
    // The gateway's own authorizer does not know of the logout.
    expect((await asks(count, accessToken)).status).toBe(403)
  })
})

describe('the demo application', () => {
  it('logs in on the pages of the API, calls its own API, and logs out', async () => {
    const tab = await browser.newPage()
    tab.setDefaultTimeout(90_000)
    const said: string[] = []
    tab.on('console', (message) => said.push(message.text()))
    await tab.goto(page)
    await tab.getByText('You are logged out.').waitFor()
    // The only way to learn that there is no session.
    expect(said.splice(0)).toEqual([expect.stringContaining('401')])
    await tab.getByRole('button', { name: 'Log in' }).click()
    await tab.waitForURL(`${cardea.origin}/ui/login?**`)
    await tab.locator('#email').fill(ada.email)
    await tab.locator('#password').fill(ada.password)
    await tab.locator('#password').press('Enter')
    await tab.getByText(`Logged in as ${ada.name}`).waitFor()
    expect(tab.url()).toBe(`${page}/`)

    await tab.getByLabel('New note').fill('Bernoulli numbers')
    await tab.getByRole('button', { name: 'Add' }).click()
    await tab.getByText('Bernoulli numbers').waitFor()
    expect(await violationsOf(tab)).toEqual([])
    await tab.reload()
    await tab.getByText('Bernoulli numbers').waitFor()
    await tab.getByRole('button', { name: 'Delete' }).click()
    await tab.getByText('Bernoulli numbers').waitFor({ state: 'detached' })

    const answer = tab.waitForResponse(`${cardea.origin}/auth/logout`)
    await tab.getByRole('button', { name: 'Log out' }).click()
    expect((await answer).status()).toBe(204)
    await tab.reload()
    await tab.getByText('You are logged out.').waitFor()
    expect(await tab.context().cookies()).toEqual([])
  })
})
