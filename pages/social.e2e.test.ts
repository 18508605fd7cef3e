import type { Page } from 'playwright-core'
import { mailedDigits } from '../tools/local/mailbox.ts'
import {
  atAccount,
  dialog,
  label,
  logIn,
  logOut,
  looksWell,
  press,
  pressIn,
  saveRecoveryCodes,
  see,
  shown,
} from '../tools/testing/page-steps.ts'
import { socialPages } from '../tools/testing/social-pages.ts'
import { totpCode } from '../tools/testing/totp-codes.ts'
import { virtualAuthenticators } from '../tools/testing/virtual-authenticators.ts'
import { socialScripts } from './built-pages.ts'

// One story, told in order: each test goes on where the one before it ended.

const password = 'a quiet river under snow'
const social = socialPages(['google', 'microsoft', 'github', 'oidc'])
const { pages, refused, choose, continueWith } = social
const { url } = pages
let tab: Page
beforeAll(() => {
  tab = social.tab()
})

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
    await see(tab, /The login was cancelled/)
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
  let devices: Awaited<ReturnType<typeof virtualAuthenticators>>
  let laptop = ''

  it('is told whose account it is, and links it with its password', async () => {
    await pages.signUp({ name: 'Ada of Acme', email: 'ada@acme.example', password })
    await backAtLogin()
    await continueWith('Acme', 'ada')
    await see(tab, 'An account with ada@acme.example exists. Prove that it is yours to log in with Acme')
    await looksWell(tab, 'social-link')
    await label(tab, 'Password').fill('not the password of Ada')
    await press(tab, 'Continue')
    await see(tab, 'This password is wrong.')
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

  it('links it with a passkey, which is the second factor as well', async () => {
    const email = 'ada@contoso.example'
    await pages.signUp({ name: 'Ada of Contoso', email, password })
    await tab.goto(url('login'))
    devices = await virtualAuthenticators(tab)
    await logIn(tab, { email, password })
    await atAccount(tab)
    laptop = await devices.plugIn()
    await press(tab, 'Add a passkey')
    await pressIn(tab, 'Add a passkey', 'Continue')
    await saveRecoveryCodes(tab)
    // The login page would take the passkey by itself.
    await devices.present(laptop, false)
    await backAtLogin()
    await continueWith('Microsoft', 'ada')
    await see(tab, `An account with ${email} exists.`)
    await press(tab, 'Use a passkey')
    await looksWell(tab, 'social-link-passkey')
    await devices.present(laptop, true)
    await press(tab, 'Continue')
    await tab.waitForURL(url('account'))
    await atAccount(tab)
    await see(tab, 'ada@contoso.example')
    expect(await tab.locator('[data-identities] strong').allTextContents()).toEqual(['Microsoft'])
    refused(403)
  })

  it('logs in with the passkey, also before the script for providers has come', async () => {
    await logOut(tab)
    await tab.goto('about:blank')
    const asked = Promise.withResolvers<void>()
    await tab.route(`**/${socialScripts.login}`, async (route) => {
      await asked.promise
      await route.continue()
    })
    let requests = 0
    await tab.route(/\/auth\/passkey\/options$/, async (route) => {
      requests += 1
      asked.resolve()
      await shown(tab, 'button', 'Continue with GitHub').waitFor()
      await tab.waitForTimeout(300)
      await route.continue()
    })
    await tab.goto(url('login'))
    await press(tab, 'Log in with a passkey')
    await atAccount(tab)
    // The list of usernames has not taken the login away from the button.
    expect(requests).toBe(1)
    await tab.unrouteAll()
    await devices.unplug(laptop)
    await backAtLogin()
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
    await see(tab, 'To go on with Acme, please confirm your email.')
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

describe('somebody with nothing but a linked login', () => {
  const proof = 'Confirm that it is you'
  const exported = async (after: () => Promise<void>) => {
    const download = tab.waitForEvent('download')
    await after()
    expect((await download).suggestedFilename()).toBe('account.json')
    await see(tab, 'The file is downloaded.')
  }
  const askForData = async () => {
    await press(tab, 'Download my data')
    await dialog(tab, proof).waitFor()
    await see(tab, 'Six digits from the mail')
    refused(401)
  }
  const loggedIn = async (provider: string, account: string) => {
    await tab.goto(url('login'))
    await continueWith(provider, account)
    await atAccount(tab)
  }

  it('proves who they are by mailed digits', async () => {
    await loggedIn('Acme', 'bob')
    await askForData()
    await looksWell(tab, 'social-reauthenticate')
    await dialog(tab, proof)
      .getByRole('textbox')
      .fill(await digits('bob@example.com'))
    await exported(() => pressIn(tab, proof, 'Continue'))
    await logOut(tab)
  })

  it('or by the provider, and then does the step again', async () => {
    await loggedIn('Acme', 'bob')
    await askForData()
    const offered = await dialog(tab, proof).getByRole('button', { name: 'Continue with' }).allTextContents()
    expect(offered).toEqual(['Continue with Acme'])
    await pressIn(tab, proof, 'Continue with Acme')
    await choose('bob')
    await see(tab, 'You have confirmed that it is you. Please do the step again.')
    expect(tab.url()).toBe(url('account'))
    await looksWell(tab, 'social-proven')
    await exported(() => press(tab, 'Download my data'))
    await logOut(tab)
  })

  it('is told in their language why that proved nothing', async () => {
    await loggedIn('Acme', 'bob')
    await askForData()
    await pressIn(tab, proof, 'Continue with Acme')
    await choose('')
    await see(tab, /The login was cancelled/)
    await tab.goto(url('account?lang=de'))
    await press(tab, 'Meine Daten herunterladen')
    await press(tab, 'Weiter mit Acme')
    await choose('ada')
    await see(
      tab,
      'Acme hat nicht bestätigt, dass Sie sich gerade mit dem verknüpften Konto angemeldet haben.',
    )
    expect(tab.url()).toBe(url('account?lang=de'))
    refused(401, 400)
    await looksWell(tab, 'social-not-proven')
    await tab.goto(url('account?lang=en'))
    await atAccount(tab)
    await logOut(tab)
  })

  it('is not offered a provider that does not tell when somebody has logged in', async () => {
    await loggedIn('GitHub', 'ada')
    await askForData()
    expect(
      await dialog(tab, proof)
        .getByText(/Continue with|^or$/)
        .count(),
    ).toBe(0)
    await pressIn(tab, proof, 'Cancel')
    await see(tab, 'Nothing was done, because you have not confirmed that it is you.')
  })
})
