import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, CDPSession, Page, Route } from 'playwright-core'
import { mailedToken } from '../tools/local/mailbox.ts'
import { complaintsOf, startChromium, violationsOf } from '../tools/testing/chromium.ts'
import { npmStartOver, type Started } from '../tools/testing/npm-start.ts'
import { label, press, see, shown } from '../tools/testing/page-steps.ts'
import { run } from '../tools/testing/run.ts'
import { totpCode } from '../tools/testing/totp-codes.ts'
import { qrPath } from './src/qr-code.ts'

// One story, told in order: each test goes on where the one before it ended.

const folder = mkdtempSync(join(tmpdir(), 'cardea-factors-'))
const ada = { name: 'Ada Lovelace', email: 'ada@example.com', password: 'a quiet river under snow' }
const eve = { name: 'Eve Polastri', email: 'eve@example.com', password: 'nine green kettles sing' }
let started: Started
let browser: Browser
let context: BrowserContext
let page: Page
let complaints: string[]
let cdp: CDPSession
beforeAll(async () => {
  started = await npmStartOver(folder)({ EMAIL_LOGIN: 'true', PRODUCT_NAME: 'Acme' })
  browser = await startChromium()
  context = await browser.newContext({ locale: 'en-GB' })
  await started.ready()
  // The first call of a function starts a process, which takes seconds on a loaded machine.
  context.setDefaultTimeout(90_000)
  const asked = Array.from({ length: 4 }, () =>
    fetch(`${started.origin}/users/me`, { headers: { authorization: 'Bearer none' } }),
  )
  await Promise.all(asked)
  page = await context.newPage()
  complaints = complaintsOf(page, started.origin)
  cdp = await context.newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  await page.route('**/users/**', refuseOutdated)
  for (const person of [ada, eve]) await signUp(person)
})
afterEach(() => expect(complaints.splice(0)).toEqual([]))
afterAll(async () => {
  await browser?.close()
  await started?.interrupt()
  rmSync(folder, { recursive: true, force: true })
})

const url = (path: string) => `${started.origin}/ui/${path}`
/** Refusals are red lines of the browser itself. */
const refused = (...statuses: number[]) =>
  expect(complaints.splice(0)).toEqual(statuses.map((status) => expect.stringContaining(`${status}`)))
const dialog = (name: string) => page.getByRole('dialog', { name })
const inDialog = (name: string, button: string) =>
  dialog(name).getByRole('button', { name: button, exact: true }).click()

const post = (path: string, body: object) =>
  fetch(`${started.origin}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
async function signUp(person: typeof ada): Promise<void> {
  expect((await post('/auth/signup', person)).status).toBe(202)
  const token = await mailedToken(started.mailbox, person.email, 'verify-email')
  expect((await post('/auth/email/verify', { token })).status).toBe(204)
}

async function logIn({ email, password }: typeof ada): Promise<void> {
  await page.goto(url('login'))
  await label(page, 'Email').fill(email)
  await label(page, 'Password').fill(password)
  await press(page, 'Log in')
}
const atAccount = () => shown(page, 'heading', 'Your account').waitFor()
async function logOut(): Promise<void> {
  await press(page, 'Log out')
  await page.waitForURL(/\/ui\/login\?/)
}

let secret = ''
let lastStep = 0
let recoveryCodes: readonly string[] = []
/** A code that was not used yet. The API takes that of the next time step too. */
async function nextCode(): Promise<string> {
  for (;;) {
    const step = Math.floor(Date.now() / 30_000) + 1
    if (step > lastStep) {
      lastStep = step
      return totpCode(secret, step * 30)
    }
    await page.waitForTimeout(1000)
  }
}

let outdated: RegExp | undefined
/** The next call of this route is answered as after the end of FRESH_SECONDS, which are at least 60. */
const endFreshness = (route: RegExp) => {
  outdated = route
}
const refuseOutdated = (route: Route) => {
  if (!outdated?.test(route.request().url())) return route.continue()
  outdated = undefined
  return route.fulfill({
    status: 401,
    contentType: 'application/problem+json',
    headers: {
      'www-authenticate': 'Bearer error="insufficient_user_authentication", max_age="600"',
      'cache-control': 'no-store',
    },
    json: {
      type: 'about:blank',
      title: 'Unauthorized',
      status: 401,
      code: 'reauthentication_required',
      requestId: 'test',
      maxAge: 600,
    },
  })
}

/** What is shown now is accessible in both colour schemes, and fits into 320 px. `SCREENSHOTS` names a folder for pictures. */
async function looksWell(name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 900 })
      const overflow = await page.evaluate(
        'Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)',
      )
      expect([name, colorScheme, width, overflow, await violationsOf(page)]).toEqual([
        name,
        colorScheme,
        width,
        0,
        [],
      ])
      const { SCREENSHOTS } = process.env
      const path = `${SCREENSHOTS}/${name}-${colorScheme}-${width}.png`
      if (SCREENSHOTS)
        await page.screenshot({ path, fullPage: !(await page.locator('dialog[open]').count()) })
    }
  }
}

describe('an authenticator app', () => {
  it('is set up with a QR code, and shows recovery codes once', async () => {
    await logIn(ada)
    await atAccount()
    const answered = page.waitForResponse(/\/users\/me\/totp$/)
    await press(page, 'Set up')
    const { uri } = await (await answered).json()
    await page.getByRole('img', { name: 'QR code' }).waitFor()
    expect(await page.locator('.qr path').getAttribute('d')).toBe(qrPath(uri).path)
    secret = (await page.locator('[data-secret]').textContent())?.replaceAll(' ', '') ?? ''
    expect(uri).toContain(`secret=${secret}&`)
    await looksWell('enrol')
    const code = label(page, 'Code from your authenticator app')
    await code.fill('000000')
    await inDialog('Set up an authenticator app', 'Set up')
    await see(page, 'This code is wrong or no longer valid.')
    refused(400)
    await code.fill(await nextCode())
    await inDialog('Set up an authenticator app', 'Set up')

    await dialog('Your recovery codes').waitFor()
    recoveryCodes = await page.locator('.codes li').allTextContents()
    expect(new Set(recoveryCodes).size).toBe(10)
    await looksWell('recovery-codes')
    const download = page.waitForEvent('download')
    await inDialog('Your recovery codes', 'Download')
    expect((await download).suggestedFilename()).toBe('recovery-codes.txt')
    await page.keyboard.press('Escape')
    await press(page, 'I have saved them')
    await see(page, 'The authenticator app is set up.')
    await see(page, 'Codes left: 10')
    expect(await page.locator('.codes').textContent()).toBe('')
    await looksWell('account')
  })

  it('is asked for after the password', async () => {
    await logOut()
    await logIn(ada)
    await shown(page, 'heading', 'One more step').waitFor()
    await looksWell('second-step')
    const code = label(page, 'Code from your authenticator app')
    expect(await code.evaluate((field) => field === document.activeElement)).toBe(true)
    await code.fill('000000')
    await press(page, 'Continue')
    await see(page, 'This code is wrong or no longer valid.')
    refused(403, 400)
    await code.fill(await nextCode())
    await press(page, 'Continue')
    await atAccount()
  })

  it('is replaced by a recovery code, once', async () => {
    await logOut()
    await logIn(ada)
    await press(page, 'Use a recovery code')
    await label(page, 'Recovery code').fill(recoveryCodes[0] ?? '')
    await press(page, 'Continue')
    await atAccount()
    await see(page, 'Codes left: 9')
    refused(403)
  })

  it('proves again who the user is, and the action goes on', async () => {
    endFreshness(/\/users\/me\/email$/)
    await label(page, 'New email').fill('countess@example.com')
    await press(page, 'Change email')
    await dialog('Confirm that it is you').waitFor()
    await looksWell('reauthenticate-totp')
    await inDialog('Confirm that it is you', 'Cancel')
    await see(page, /Nothing was done/)
    refused(401)

    endFreshness(/\/users\/me\/email$/)
    await press(page, 'Change email')
    await label(page, 'Code from your authenticator app').fill(await nextCode())
    await inDialog('Confirm that it is you', 'Continue')
    await see(page, /We have sent a link to countess@example.com/)
    refused(401)
  })

  it('gets new recovery codes', async () => {
    await press(page, 'New codes')
    await inDialog('Make new recovery codes?', 'New codes')
    await dialog('Your recovery codes').waitFor()
    const next = await page.locator('.codes li').allTextContents()
    expect(next.filter((code) => recoveryCodes.includes(code))).toEqual([])
    recoveryCodes = next
    await press(page, 'I have saved them')
    await see(page, 'Codes left: 10')
  })

  it('is removed, and a login asks for the password alone', async () => {
    await press(page, 'Remove')
    await inDialog('Remove the authenticator app?', 'Remove')
    await see(page, 'The authenticator app is removed.')
    await see(page, 'Not set up')
    await logOut()
    await logIn(ada)
    await atAccount()
  })
})

describe('a password', () => {
  it('proves again who the user is, where there is no second factor', async () => {
    endFreshness(/\/users\/me\/export$/)
    const download = page.waitForEvent('download')
    await press(page, 'Download my data')
    const field = label(page, 'Current password')
    await dialog('Confirm that it is you').waitFor()
    await looksWell('reauthenticate-password')
    await page.locator('#reauthenticate-password').fill('not the password')
    await inDialog('Confirm that it is you', 'Continue')
    await see(page, 'This password is wrong.')
    await page.locator('#reauthenticate-password').fill(ada.password)
    await inDialog('Confirm that it is you', 'Continue')
    expect((await download).suggestedFilename()).toBe('account.json')
    await field.waitFor()
    refused(401, 403)
  })
})

describe('a passkey', () => {
  const authenticators: string[] = []
  async function plugIn(options: { isUserVerified?: boolean; synced?: boolean } = {}): Promise<string> {
    const { isUserVerified = true, synced = false } = options
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        automaticPresenceSimulation: true,
        isUserVerified,
        defaultBackupEligibility: synced,
        defaultBackupState: synced,
      },
    })
    authenticators.push(authenticatorId)
    return authenticatorId
  }
  const unplug = (authenticatorId: string) =>
    cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId })
  /** A user who does not touch the authenticator yet. */
  const present = (authenticatorId: string, enabled: boolean) =>
    cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled })
  let laptop = ''
  let phone = ''

  it('is refused if the device does not verify its user', async () => {
    const careless = await plugIn({ isUserVerified: false })
    await press(page, 'Add a passkey')
    await inDialog('Add a passkey', 'Continue')
    await see(page, /No passkey was used/)
    await inDialog('Add a passkey', 'Cancel')
    await unplug(careless)
  })

  it('is added with a name, and brings recovery codes as the first factor', async () => {
    laptop = await plugIn()
    await press(page, 'Add a passkey')
    expect(await page.locator('#passkey-name').inputValue()).toMatch(/^Chrome/)
    await looksWell('add-passkey')
    await page.locator('#passkey-name').fill('Laptop')
    await inDialog('Add a passkey', 'Continue')
    await dialog('Your recovery codes').waitFor()
    recoveryCodes = await page.locator('.codes li').allTextContents()
    await press(page, 'I have saved them')
    await see(page, 'The passkey is added.')
    await looksWell('account-passkey')
  })

  it('is not added twice to one device', async () => {
    await press(page, 'Add a passkey')
    await inDialog('Add a passkey', 'Continue')
    await see(page, 'This device already has a passkey for your account.')
    await inDialog('Add a passkey', 'Cancel')
  })

  it('logs in by the button', async () => {
    await present(laptop, false)
    await logOut()
    await shown(page, 'button', 'Log in with a passkey').waitFor()
    await looksWell('login')
    await press(page, 'Log in with a passkey')
    await present(laptop, true)
    await atAccount()
  })

  it('logs in from the list of usernames', async () => {
    await present(laptop, false)
    await logOut()
    await present(laptop, true)
    // As soon as the page offers it, the authenticator takes it.
    await page.goto(url('login'))
    await atAccount()
  })

  it('is a second factor after the password', async () => {
    await present(laptop, false)
    await logOut()
    await logIn(ada)
    await shown(page, 'heading', 'One more step').waitFor()
    await looksWell('second-step-passkey')
    await present(laptop, true)
    await press(page, 'Continue')
    await atAccount()
    refused(403)
  })

  it('proves again who the user is', async () => {
    endFreshness(/\/users\/me\/export$/)
    const download = page.waitForEvent('download')
    await press(page, 'Download my data')
    await dialog('Confirm that it is you').waitFor()
    await looksWell('reauthenticate-passkey')
    await inDialog('Confirm that it is you', 'Continue')
    await download
    refused(401)
  })

  it('may be one of two, of which one is synced', async () => {
    await present(laptop, false)
    await unplug(laptop)
    phone = await plugIn({ synced: true })
    await press(page, 'Add a passkey')
    await page.locator('#passkey-name').fill('Phone')
    await inDialog('Add a passkey', 'Continue')
    await see(page, 'The passkey is added.')
    expect(await dialog('Your recovery codes').isVisible()).toBe(false)
    expect(await page.locator('[data-passkeys] strong').allTextContents()).toEqual(['Laptop', 'Phone'])
  })

  it('is renamed and removed', async () => {
    await press(page, 'Rename: Laptop')
    await page.locator('#passkey-name').fill('Old laptop')
    await inDialog('Rename the passkey', 'Continue')
    await press(page, 'Remove: Old laptop')
    await inDialog('Remove this passkey?', 'Remove')
    await see(page, 'The passkey is removed.')
    expect(await page.locator('[data-passkeys] strong').allTextContents()).toEqual(['Phone'])
  })

  it('that was removed is refused by name', async () => {
    await press(page, 'Remove: Phone')
    await inDialog('Remove this passkey?', 'Remove')
    await see(page, 'You have no passkey yet.')
    await present(phone, false)
    await logOut()
    await press(page, 'Log in with a passkey')
    await present(phone, true)
    await see(page, /This passkey does not work here/)
    await unplug(phone)
    complaints.splice(0)
  })

  it('is the only way in of an account that was created without a password', async () => {
    const grace = { name: 'Grace Hopper', email: 'grace@example.com' }
    expect((await post('/auth/signup', grace)).status).toBe(202)
    const token = await mailedToken(started.mailbox, grace.email, 'finish-sign-up')
    const tablet = await plugIn()
    await page.goto(url(`finish-sign-up#token=${token}`))
    expect(page.url()).toBe(url('finish-sign-up'))
    await looksWell('finish-sign-up')
    await press(page, 'Use a passkey instead')
    await dialog('Your recovery codes').waitFor()
    await press(page, 'I have saved them')
    await shown(page, 'heading', 'Your account is ready').waitFor()
    // The login page offers passkeys, and the authenticator takes the only one.
    await shown(page, 'link', 'Log in').click()
    await atAccount()
    await see(page, grace.email)
    await press(page, /^Remove: Chrome on /)
    await inDialog('Remove this passkey?', 'Remove')
    await see(page, /This is the only way to log in/)
    await inDialog('Remove this passkey?', 'Cancel')
    refused(409)
    await unplug(tablet)
    await logOut()
  })
})

describe('a factor of somebody else', () => {
  it('is removed by the link of the mail, and the password stops working', async () => {
    await logIn(ada)
    await atAccount()
    await press(page, 'Set up')
    await page.getByRole('img', { name: 'QR code' }).waitFor()
    secret = (await page.locator('[data-secret]').textContent())?.replaceAll(' ', '') ?? ''
    lastStep = 0
    await label(page, 'Code from your authenticator app').fill(await nextCode())
    await inDialog('Set up an authenticator app', 'Set up')
    await press(page, 'I have saved them')
    await see(page, 'The authenticator app is set up.')

    const token = await mailedToken(started.mailbox, ada.email, 'undo-second-factor')
    await page.goto(url(`undo-second-factor#token=${token}`))
    expect(page.url()).toBe(url('undo-second-factor'))
    await looksWell('undo-second-factor')
    await press(page, 'Remove it')
    await shown(page, 'heading', 'The second factor is removed').waitFor()
    await logIn(ada)
    await see(page, 'The email or the password is wrong.')
    complaints.splice(0)
  })
})

describe('an administrator', () => {
  it('sees whether a user has a second factor, and removes it', async () => {
    await logIn(eve)
    await atAccount()
    await press(page, 'Set up')
    await page.getByRole('img', { name: 'QR code' }).waitFor()
    secret = (await page.locator('[data-secret]').textContent())?.replaceAll(' ', '') ?? ''
    lastStep = 0
    await label(page, 'Code from your authenticator app').fill(await nextCode())
    await inDialog('Set up an authenticator app', 'Set up')
    await press(page, 'I have saved them')
    await see(page, 'The authenticator app is set up.')
    await logOut()

    const ida = { name: 'Ida Rhodes', email: 'ida@example.com', password: 'six paper boats at dawn' }
    await signUp(ida)
    const env = { HOME: folder, LOCAL_FOLDER: folder }
    const granted = await run('npm', ['run', 'admin', '--', 'grant', ida.email], { env })
    expect([granted.status, granted.stderr]).toEqual([0, expect.anything()])
    await logIn(ida)
    await atAccount()
    await page.goto(url('admin'))
    await shown(page, 'link', eve.name).click()
    await see(page, 'Authenticator app')
    await looksWell('admin')
    endFreshness(/\/factors$/)
    await press(page, 'Remove second factors')
    await inDialog('Remove all second factors?', 'Remove second factors')
    await page.locator('#reauthenticate-password').fill(ida.password)
    await inDialog('Confirm that it is you', 'Continue')
    await see(page, 'The second factors are removed.')
    await see(page, 'None')
    refused(401)
  })
})
