import type { Page, Route } from 'playwright-core'
import { mailedToken } from '../tools/local/mailbox.ts'
import { authenticatorApp } from '../tools/testing/authenticator-app.ts'
import {
  atAccount,
  dialog,
  label,
  logIn as logInHere,
  logOut,
  looksWell,
  type Person,
  press,
  pressIn,
  saveRecoveryCodes,
  see,
  shown,
} from '../tools/testing/page-steps.ts'
import { run } from '../tools/testing/run.ts'
import { testPages } from '../tools/testing/test-pages.ts'
import { virtualAuthenticators } from '../tools/testing/virtual-authenticators.ts'
import { qrPath } from './src/qr-code.ts'

// One story, told in order: each test goes on where the one before it ended.

const ada = { name: 'Ada Lovelace', email: 'ada@example.com', password: 'a quiet river under snow' }
const eve = { name: 'Eve Polastri', email: 'eve@example.com', password: 'nine green kettles sing' }
const pages = testPages()
const { url, signUp, post, refused } = pages
let page: Page
beforeAll(async () => {
  page = pages.page
  await page.route('**/users/**', refuseOutdated)
  for (const person of [ada, eve]) await signUp(person)
})

async function logIn(person: Person): Promise<void> {
  await page.goto(url('login'))
  await logInHere(page, person)
}

const app = authenticatorApp()
let recoveryCodes: readonly string[] = []

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

describe('an authenticator app', () => {
  it('is set up with a QR code, and shows recovery codes once', async () => {
    await logIn(ada)
    await atAccount(page)
    const answered = page.waitForResponse(/\/users\/me\/totp$/)
    await press(page, 'Set up')
    const { uri } = await (await answered).json()
    const secret = await app.scan(page)
    expect(await page.locator('.qr path').getAttribute('d')).toBe(qrPath(uri).path)
    expect(uri).toContain(`secret=${secret}&`)
    await looksWell(page, 'enrol')
    const code = label(page, 'Code from your authenticator app')
    await code.fill('000000')
    await pressIn(page, 'Set up an authenticator app', 'Set up')
    await see(page, 'This code is wrong or no longer valid.')
    refused(400)
    await code.fill(await app.nextCode())
    await pressIn(page, 'Set up an authenticator app', 'Set up')

    await dialog(page, 'Your recovery codes').waitFor()
    recoveryCodes = await page.locator('.codes li').allTextContents()
    expect(new Set(recoveryCodes).size).toBe(10)
    await looksWell(page, 'recovery-codes')
    const download = page.waitForEvent('download')
    await pressIn(page, 'Your recovery codes', 'Download')
    expect((await download).suggestedFilename()).toBe('recovery-codes.txt')
    await page.keyboard.press('Escape')
    await press(page, 'I have saved them')
    await see(page, 'The authenticator app is set up.')
    await see(page, 'Codes left: 10')
    expect(await page.locator('.codes').textContent()).toBe('')
    await looksWell(page, 'account')
  })

  it('is asked for after the password', async () => {
    await logOut(page)
    await logIn(ada)
    await shown(page, 'heading', 'One more step').waitFor()
    await looksWell(page, 'second-step')
    const code = label(page, 'Code from your authenticator app')
    expect(await code.evaluate((field) => field === document.activeElement)).toBe(true)
    await code.fill('000000')
    await press(page, 'Continue')
    await see(page, 'This code is wrong or no longer valid.')
    refused(403, 400)
    await code.fill(await app.nextCode())
    await press(page, 'Continue')
    await atAccount(page)
  })

  it('is replaced by a recovery code, once', async () => {
    await logOut(page)
    await logIn(ada)
    await press(page, 'Use a recovery code')
    await label(page, 'Recovery code').fill(recoveryCodes[0] ?? '')
    await press(page, 'Continue')
    await atAccount(page)
    await see(page, 'Codes left: 9')
    refused(403)
  })

  it('proves again who the user is, and the action goes on', async () => {
    endFreshness(/\/users\/me\/email$/)
    await label(page, 'New email').fill('countess@example.com')
    await press(page, 'Change email')
    await dialog(page, 'Confirm that it is you').waitFor()
    await looksWell(page, 'reauthenticate-totp')
    await pressIn(page, 'Confirm that it is you', 'Cancel')
    await see(page, /Nothing was done/)
    refused(401)

    endFreshness(/\/users\/me\/email$/)
    await press(page, 'Change email')
    await label(page, 'Code from your authenticator app').fill(await app.nextCode())
    await pressIn(page, 'Confirm that it is you', 'Continue')
    await see(page, /We have sent a link to countess@example.com/)
    refused(401)
  })

  it('gets new recovery codes', async () => {
    await press(page, 'New codes')
    await pressIn(page, 'Make new recovery codes?', 'New codes')
    const next = await saveRecoveryCodes(page)
    expect(next.filter((code) => recoveryCodes.includes(code))).toEqual([])
    recoveryCodes = next
    await see(page, 'Codes left: 10')
  })

  it('is removed, and a login asks for the password alone', async () => {
    await press(page, 'Remove')
    await pressIn(page, 'Remove the authenticator app?', 'Remove')
    await see(page, 'The authenticator app is removed.')
    await see(page, 'Not set up')
    await logOut(page)
    await logIn(ada)
    await atAccount(page)
  })
})

describe('a password', () => {
  it('is not said to be refused if its dialog cannot be loaded, and the next try loads it', async () => {
    endFreshness(/\/users\/me\/export$/)
    await page.route(/\/reauthentication-dialog-[\w-]+\.js$/, (route) => route.abort(), { times: 1 })
    await press(page, 'Download my data')
    await see(page, /The server cannot be reached/)
    expect(pages.complaints.splice(0)).toHaveLength(2)
  })

  it('proves again who the user is, where there is no second factor', async () => {
    endFreshness(/\/users\/me\/export$/)
    const download = page.waitForEvent('download')
    await press(page, 'Download my data')
    const field = label(page, 'Current password')
    await dialog(page, 'Confirm that it is you').waitFor()
    await looksWell(page, 'reauthenticate-password')
    await page.locator('#reauthenticate-password').fill('not the password')
    await pressIn(page, 'Confirm that it is you', 'Continue')
    await see(page, 'This password is wrong.')
    await page.locator('#reauthenticate-password').fill(ada.password)
    await pressIn(page, 'Confirm that it is you', 'Continue')
    expect((await download).suggestedFilename()).toBe('account.json')
    await field.waitFor()
    refused(401, 403)
  })
})

describe('a passkey', () => {
  let devices: Awaited<ReturnType<typeof virtualAuthenticators>>
  beforeAll(async () => {
    devices = await virtualAuthenticators(page)
  })
  let laptop = ''
  let phone = ''

  it('is refused if the device does not verify its user', async () => {
    const careless = await devices.plugIn({ isUserVerified: false })
    await press(page, 'Add a passkey')
    await pressIn(page, 'Add a passkey', 'Continue')
    await see(page, /No passkey was used/)
    await pressIn(page, 'Add a passkey', 'Cancel')
    await devices.unplug(careless)
  })

  it('is added with a name, and brings recovery codes as the first factor', async () => {
    laptop = await devices.plugIn()
    await press(page, 'Add a passkey')
    expect(await page.locator('#passkey-name').inputValue()).toMatch(/^Chrome/)
    await looksWell(page, 'add-passkey')
    await page.locator('#passkey-name').fill('Laptop')
    await pressIn(page, 'Add a passkey', 'Continue')
    recoveryCodes = await saveRecoveryCodes(page)
    await see(page, 'The passkey is added.')
    await looksWell(page, 'account-passkey')
  })

  it('is not added twice to one device', async () => {
    await press(page, 'Add a passkey')
    await pressIn(page, 'Add a passkey', 'Continue')
    await see(page, 'This device already has a passkey for your account.')
    await pressIn(page, 'Add a passkey', 'Cancel')
  })

  /** At the login page, which has offered the passkeys of an authenticator whose user is absent. */
  async function atLoginWithout(device: string): Promise<void> {
    await devices.present(device, false)
    const offered = page.waitForResponse(/\/auth\/passkey\/options$/)
    await logOut(page)
    await offered
  }

  it('logs in by the button', async () => {
    await atLoginWithout(laptop)
    await looksWell(page, 'login')
    await devices.presentWhenAsked(laptop)
    await press(page, 'Log in with a passkey')
    await atAccount(page)
  })

  it('logs in from the list of usernames', async () => {
    await devices.present(laptop, false)
    await logOut(page)
    await page.goto('about:blank')
    await devices.present(laptop, true)
    // As soon as the page offers it, the authenticator takes it.
    await page.goto(url('login'))
    await atAccount(page)
  })

  it('is a second factor after the password', async () => {
    await devices.present(laptop, false)
    await logOut(page)
    await logIn(ada)
    await shown(page, 'heading', 'One more step').waitFor()
    await looksWell(page, 'second-step-passkey')
    await devices.present(laptop, true)
    await press(page, 'Continue')
    await atAccount(page)
    refused(403)
  })

  it('proves again who the user is', async () => {
    endFreshness(/\/users\/me\/export$/)
    const download = page.waitForEvent('download')
    await press(page, 'Download my data')
    await dialog(page, 'Confirm that it is you').waitFor()
    await looksWell(page, 'reauthenticate-passkey')
    await pressIn(page, 'Confirm that it is you', 'Continue')
    await download
    refused(401)
  })

  it('may be one of two, of which one is synced', async () => {
    await devices.present(laptop, false)
    await devices.unplug(laptop)
    phone = await devices.plugIn({ synced: true })
    await press(page, 'Add a passkey')
    await page.locator('#passkey-name').fill('Phone')
    await pressIn(page, 'Add a passkey', 'Continue')
    await see(page, 'The passkey is added.')
    expect(await dialog(page, 'Your recovery codes').isVisible()).toBe(false)
    expect(await page.locator('[data-passkeys] strong').allTextContents()).toEqual(['Laptop', 'Phone'])
  })

  it('is renamed and removed', async () => {
    await press(page, 'Rename: Laptop')
    await page.locator('#passkey-name').fill('Old laptop')
    await pressIn(page, 'Rename the passkey', 'Continue')
    await press(page, 'Remove: Old laptop')
    await pressIn(page, 'Remove this passkey?', 'Remove')
    await see(page, 'The passkey is removed.')
    expect(await page.locator('[data-passkeys] strong').allTextContents()).toEqual(['Phone'])
  })

  it('that was removed is refused by name', async () => {
    await press(page, 'Remove: Phone')
    await pressIn(page, 'Remove this passkey?', 'Remove')
    await see(page, 'You have no passkey yet.')
    await atLoginWithout(phone)
    await devices.presentWhenAsked(phone)
    await press(page, 'Log in with a passkey')
    await see(page, /This passkey does not work here/)
    await devices.unplug(phone)
    // The page has offered passkeys again, and the device has answered again. Leaving it ends what still runs.
    await page.goto('about:blank')
    pages.complaints.splice(0)
  })

  it('is the only way in of an account that was created without a password', async () => {
    const grace = { name: 'Grace Hopper', email: 'grace@example.com' }
    expect((await post('/auth/signup', grace)).status).toBe(202)
    const token = await mailedToken(pages.started.mailbox, grace.email, 'finish-sign-up')
    const tablet = await devices.plugIn()
    await page.goto(url(`finish-sign-up#token=${token}`))
    expect(page.url()).toBe(url('finish-sign-up'))
    await looksWell(page, 'finish-sign-up')
    await press(page, 'Use a passkey instead')
    await saveRecoveryCodes(page)
    await shown(page, 'heading', 'Your account is ready').waitFor()
    // The login page offers passkeys, and the authenticator takes the only one.
    await shown(page, 'link', 'Log in').click()
    await atAccount(page)
    await see(page, grace.email)
    await press(page, /^Remove: Chrome on /)
    await pressIn(page, 'Remove this passkey?', 'Remove')
    await see(page, /This is the only way to log in/)
    await pressIn(page, 'Remove this passkey?', 'Cancel')
    refused(409)
    await devices.unplug(tablet)
    await logOut(page)
  })
})

describe('a factor of somebody else', () => {
  it('is removed by the link of the mail, and the password stops working', async () => {
    await logIn(ada)
    await atAccount(page)
    await app.setUp(page)

    const token = await mailedToken(pages.started.mailbox, ada.email, 'undo-second-factor')
    await page.goto(url(`undo-second-factor#token=${token}`))
    expect(page.url()).toBe(url('undo-second-factor'))
    await looksWell(page, 'undo-second-factor')
    await press(page, 'Remove it')
    await shown(page, 'heading', 'The second factor is removed').waitFor()
    await logIn(ada)
    await see(page, 'The email or the password is wrong.')
    pages.complaints.splice(0)
  })
})

describe('an administrator', () => {
  it('sees whether a user has a second factor, and removes it', async () => {
    await logIn(eve)
    await atAccount(page)
    await app.setUp(page)
    await logOut(page)

    const ida = { name: 'Ida Rhodes', email: 'ida@example.com', password: 'six paper boats at dawn' }
    await signUp(ida)
    const env = { HOME: pages.folder, LOCAL_FOLDER: pages.folder }
    const granted = await run('npm', ['run', 'admin', '--', 'grant', ida.email], { env })
    expect([granted.status, granted.stderr]).toEqual([0, expect.anything()])
    await logIn(ida)
    await atAccount(page)
    await page.goto(url('admin'))
    await shown(page, 'link', eve.name).click()
    await see(page, 'Authenticator app')
    await looksWell(page, 'admin')
    endFreshness(/\/factors$/)
    await press(page, 'Remove second factors')
    await pressIn(page, 'Remove all second factors?', 'Remove second factors')
    await page.locator('#reauthenticate-password').fill(ida.password)
    await pressIn(page, 'Confirm that it is you', 'Continue')
    await see(page, 'The second factors are removed.')
    await see(page, 'None')
    refused(401)
  })
})
