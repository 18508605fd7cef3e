import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { mailedToken } from '../local/mailbox.ts'
import { complaintsOf, startChromium } from './chromium.ts'
import { npmStartOver, type Started } from './npm-start.ts'
import type { Person } from './page-steps.ts'

/** What the tests of a file get. It is there before the first of them. */
export interface TestPages {
  readonly folder: string
  readonly started: Started
  readonly browser: Browser
  readonly context: BrowserContext
  readonly page: Page
  /** Another profile of the browser, which shares nothing with `context`. */
  readonly newProfile: () => Promise<BrowserContext>
  /** What `page` has written to its console. A test takes out what it causes. */
  readonly complaints: string[]
  readonly url: (path: string) => string
  readonly post: (path: string, body: object) => Promise<Response>
  /** Creates an account whose email is verified. */
  readonly signUp: (person: Person) => Promise<void>
  /** Refusals are red lines of the browser itself. */
  readonly refused: (...statuses: number[]) => void
}

type Settings = Readonly<Record<string, string>>

/**
 * Starts the API with these settings, and a browser, for the tests of a file. No page may write to its console. `settingsOf` gets the
 * folder of the API, before that starts.
 */
export function testPages(settingsOf: Settings | ((folder: string) => Promise<Settings>) = {}): TestPages {
  const folder = mkdtempSync(join(tmpdir(), 'cardea-pages-'))
  const pages = { folder } as { -readonly [Name in keyof TestPages]: TestPages[Name] }

  pages.url = (path) => `${pages.started.origin}/ui/${path}`
  pages.post = (path, body) =>
    fetch(`${pages.started.origin}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  pages.signUp = async (person) => {
    expect((await pages.post('/auth/signup', person)).status).toBe(202)
    const token = await mailedToken(pages.started.mailbox, person.email, 'verify-email')
    expect((await pages.post('/auth/email/verify', { token })).status).toBe(204)
  }
  pages.refused = (...statuses) =>
    expect(pages.complaints.splice(0)).toEqual(statuses.map((status) => expect.stringContaining(`${status}`)))

  pages.newProfile = async () => {
    const profile = await pages.browser.newContext({ locale: 'en-GB' })
    // The first call of a function starts a process, which takes seconds on a loaded machine.
    profile.setDefaultTimeout(90_000)
    return profile
  }

  beforeAll(async () => {
    const settings = typeof settingsOf === 'function' ? await settingsOf(folder) : settingsOf
    pages.started = await npmStartOver(folder)({ EMAIL_LOGIN: 'true', PRODUCT_NAME: 'Acme', ...settings })
    pages.browser = await startChromium()
    pages.context = await pages.newProfile()
    await pages.started.ready()
    const asked = Array.from({ length: 4 }, () =>
      fetch(`${pages.started.origin}/users/me`, { headers: { authorization: 'Bearer none' } }),
    )
    await Promise.all(asked)
    pages.page = await pages.context.newPage()
    pages.complaints = complaintsOf(pages.page, pages.started.origin)
  })
  afterEach(() => expect(pages.complaints.splice(0)).toEqual([]))
  afterAll(async () => {
    await pages.browser?.close()
    await pages.started?.interrupt()
    rmSync(folder, { recursive: true, force: true })
  })
  return pages
}
