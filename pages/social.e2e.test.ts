import type { Page } from 'playwright-core'
import { mailedDigits } from '../tools/local/mailbox.ts'
import {
  atAccount,
  label,
  logOut,
  looksWell,
  press,
  pressIn,
  see,
  shown,
} from '../tools/testing/page-steps.ts'
import { localProviders } from '../tools/testing/providers/local-providers.ts'
import { testPages } from '../tools/testing/test-pages.ts'
import { totpCode } from '../tools/testing/totp-codes.ts'

// One story, told in order: each test goes on where the one before it ended. The providers are at 127.0.0.1 and the API is at
// localhost: ports of one host are one site, and the cookies would be sent wrongly.

const password = 'a quiet river under snow'
let providers: Awaited<ReturnType<typeof localProviders>>
const pages = testPages(async (folder) => {
  providers = await localProviders(folder, ['google', 'github', 'oidc'])
  return providers.settings
})
const { url } = pages
let tab: Page
const complaints: string[] = []
beforeAll(async () => {
  tab = await pages.context.newPage()
  // What the provider's own pages say does not matter.
  tab.on('console', (message) => {
    if (message.location().url.startsWith(providers.origin)) complaints.push(message.text())
  })
  tab.on('pageerror', (error) => complaints.push(error.message))
})
afterEach(() => expect(complaints.splice(0)).toEqual([]))
afterAll(() => providers?.close())

/** Refusals are red lines of the browser itself. */
const refused = (...statuses: number[]) =>
  expect(complaints.splice(0)).toEqual(statuses.map((status) => expect.stringContaining(`${status}`)))

/** Chooses an account at the provider; `''` cancels. */
const choose = (account: string) => tab.locator(`[data-account="${account}"]`).click()

async function continueWith(name: string, account: string): Promise<void> {
  await press(tab, `Continue with ${name}`)
  await choose(account)
}

async function backAtLogin(): Promise<void> {
  await logOut(tab)
  await tab.goto(url('login'))
}

/** The six digits that were mailed to an address. */
const digits = async (email: string) => (await mailedDigits(pages.started.mailbox, email)).slice(1).join('')

describe('somebody new', () => {
  it('sees a button for each provider', async () => {
    await tab.goto(url('login'))
    await shown(tab, 'button', 'Continue with GitHub').waitFor()
    await looksWell(tab, 'social-login')
    await tab.goto(url('sign-up'))
    await looksWell(tab, 'social-sign-up')
  })

  it('who cancels at the provider is told so on the login page', async () => {
    await continueWith('Google', '')
    await see(tab, 'You cancelled the login.')
    expect(tab.url()).toBe(url('login'))
  })

  it('gets an account, and comes back to where they wanted to go, in their language', async () => {
    const destination = url('account?lang=de')
    await tab.goto(url(`login?${new URLSearchParams({ lang: 'de', redirect: destination })}`))
    await press(tab, 'Weiter mit GitHub')
    await choose('ada')
    await tab.waitForURL(destination)
    await tab.goto(url('account?lang=en'))
    await atAccount(tab)
    expect(await label(tab, 'Name').inputValue()).toBe('Ada Lovelace')
    await see(tab, 'ada@example.com')
    expect(tab.url()).not.toContain('cardea_code')
  })

  it('logs in to the same account the second time', async () => {
    await backAtLogin()
    await continueWith('GitHub', 'ada')
    await atAccount(tab)
    await see(tab, 'ada@example.com')
  })
})

describe('somebody who has an account with the email', () => {
  it('is told whose account it is, and links it with its password', async () => {
    await pages.signUp({ name: 'Ada of Acme', email: 'ada@acme.example', password })
    await backAtLogin()
    await continueWith('Acme', 'ada')
    await see(tab, 'An account with ada@acme.example exists. Prove that it is yours to log in with Acme')
    await looksWell(tab, 'social-link')
    await label(tab, 'Password').fill('not the password of Ada')
    await press(tab, 'Continue')
    await see(tab, 'The email or the password is wrong.')
    refused(403, 401)
    await label(tab, 'Password').fill(password)
    await press(tab, 'Continue')
    await atAccount(tab)
    expect(await label(tab, 'Name').inputValue()).toBe('Ada of Acme')
    await backAtLogin()
    await continueWith('Acme', 'ada')
    await atAccount(tab)
  })

  it('links it with mailed digits and the second factor', async () => {
    const email = 'ada@gmail.com'
    await pages.signUp({ name: 'Ada of Google', email, password })
    const recoveryCode = await withTotp(email)
    await backAtLogin()
    await continueWith('Google', 'ada')
    await see(tab, `An account with ${email} exists.`)
    await press(tab, 'Mail me six digits')
    await see(tab, `Enter the six digits that we have sent to ${email}.`)
    await looksWell(tab, 'social-code')
    await label(tab, 'Six digits').fill(await digits(email))
    await press(tab, 'Continue')
    await shown(tab, 'heading', 'One more step').waitFor()
    await press(tab, 'Use a recovery code')
    await label(tab, 'Recovery code').fill(recoveryCode)
    await press(tab, 'Continue')
    await atAccount(tab)
    await see(tab, 'Ada@gmail.com')
    refused(403, 403)
  })

  it('is asked for the second factor also when it is linked', async () => {
    await backAtLogin()
    await continueWith('Google', 'ada')
    await shown(tab, 'heading', 'One more step').waitFor()
    refused(403)
  })

  /** Adds a second factor over the API. @returns a recovery code. */
  async function withTotp(email: string): Promise<string> {
    const { accessToken } = await json(
      await pages.post('/auth/login', { email, password, transport: 'body' }),
    )
    const asUser = async (path: string, body?: object) =>
      json(
        await fetch(`${pages.started.origin}${path}`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${accessToken}`,
            ...(body && { 'content-type': 'application/json' }),
          },
          ...(body && { body: JSON.stringify(body) }),
        }),
      )
    const { secret } = await asUser('/users/me/totp')
    const code = totpCode(secret, Math.floor(Date.now() / 1000))
    const { recoveryCodes } = await asUser('/users/me/totp/confirm', { code, transport: 'body' })
    return recoveryCodes[0]
  }
})

const json = (response: Response): Promise<any> => response.json()

describe('somebody whose provider has no verified email', () => {
  it('gets an account once the digits of a mail prove one', async () => {
    await tab.goto(url('login'))
    await continueWith('Acme', 'bob')
    await see(tab, 'Acme has given us no confirmed email.')
    await looksWell(tab, 'social-email')
    await label(tab, 'Email').fill('bob@example.com')
    await press(tab, 'Mail me six digits')
    await label(tab, 'Six digits').fill(await digits('bob@example.com'))
    await press(tab, 'Continue')
    await atAccount(tab)
    await see(tab, 'bob@example.com')
    refused(403)
  })
})

describe('the account page', () => {
  it('lists the provider accounts, and links another', async () => {
    await see(tab, 'Linked logins')
    await press(tab, 'Link GitHub')
    await choose('bob')
    await see(tab, 'GitHub is linked.')
    await see(tab, 'bob-b')
    await looksWell(tab, 'social-account')
  })

  it('links none that another account has', async () => {
    await press(tab, 'Link GitHub')
    await choose('ada')
    await see(tab, 'This login already belongs to another account.')
    refused(409)
  })

  it('unlinks one, and never the last way in', async () => {
    await press(tab, 'Remove: GitHub (bob-b)')
    await pressIn(tab, 'Remove: GitHub (bob-b)', 'Remove')
    await see(tab, 'The login is removed.')
    await press(tab, 'Remove: Acme (bob)')
    await pressIn(tab, 'Remove: Acme (bob)', 'Remove')
    await see(tab, 'This is the only way to log in to this account.')
    refused(409)
    await pressIn(tab, 'Remove: Acme (bob)', 'Cancel')
  })
})

describe('two people on one browser', () => {
  it('get their own accounts, one after the other', async () => {
    await backAtLogin()
    await continueWith('GitHub', 'ada')
    await atAccount(tab)
    await see(tab, 'ada@example.com')
    await backAtLogin()
    await continueWith('Acme', 'bob')
    await atAccount(tab)
    await see(tab, 'bob@example.com')
  })

  it('cannot be given the login of somebody else by an address', async () => {
    await backAtLogin()
    // Another address of the same document would not load it anew.
    await tab.goto('about:blank')
    await tab.goto(url(`login#cardea_code=${'A'.repeat(43)}`))
    await see(tab, 'That took too long, or it began in another browser.')
    expect(tab.url()).toBe(url('login'))
  })
})
