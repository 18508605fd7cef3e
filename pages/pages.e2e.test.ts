import type { BrowserContext, Page } from 'playwright-core'
import { mailed, mailedToken } from '../tools/local/mailbox.ts'
import type { Started } from '../tools/testing/npm-start.ts'
import { label, logIn, looksWell, press, see, shown } from '../tools/testing/page-steps.ts'
import { run } from '../tools/testing/run.ts'
import { testPages } from '../tools/testing/test-pages.ts'

// One story, told in order: each test goes on where the one before it ended.

const ada = { name: 'Ada Lovelace', email: 'ada@example.com', password: 'a quiet river under snow' }
const bob = { name: 'Bob Cratchit', email: 'bob@example.com', password: 'three slow lanterns burn' }
const eve = { name: 'Eve Polastri', email: 'eve@example.com', password: 'nine green kettles sing' }
const pages = testPages()
const { url } = pages
let started: Started
let context: BrowserContext
let page: Page
beforeAll(() => {
  ;({ started, context, page } = pages)
})

/** @returns the page that the mail links to. */
async function signUp(tab: Page, { name, email, password }: typeof ada, query = ''): Promise<string> {
  await tab.goto(url(`sign-up${query}`))
  await label(tab, 'Name').fill(name)
  await label(tab, 'Email').fill(email)
  await label(tab, 'Password').fill(password)
  await press(tab, 'Create account')
  await shown(tab, 'heading', 'Check your mail').waitFor()
  return url(`verify-email#token=${await mailedToken(started.mailbox, email, 'verify-email')}`)
}

describe('somebody new', () => {
  let link: string

  it('signs up, and verifies the address by a button: opening the link does nothing yet', async () => {
    link = await signUp(page, ada)
    await page.goto(link)
    expect(page.url()).toBe(url('verify-email'))
    await press(page, 'Confirm email')
    await shown(page, 'heading', 'Your email is confirmed').waitFor()
  })

  it('who opens the link again is told kindly that all is well', async () => {
    await page.goto(url('login'))
    await page.goto(link)
    await press(page, 'Confirm email')
    await shown(page, 'heading', 'Your email is confirmed').waitFor()
  })

  it('logs in, and sees the account', async () => {
    await shown(page, 'link', 'Continue').click()
    await logIn(page, ada)
    await page.waitForURL(url('account'))
    await shown(page, 'heading', 'Your account').waitFor()
    expect(await label(page, 'Name').inputValue()).toBe(ada.name)
    await see(page, 'This device')
  })
})

describe('somebody whose network is slow', () => {
  it('loses no press of a button that comes before the script', async () => {
    const visitor = await pages.newProfile()
    const tab = await visitor.newPage()
    const late = Promise.withResolvers<void>()
    await tab.route(/\.js$/, async (route) => {
      await late.promise
      await route.continue()
    })
    await tab.goto(url('login'), { waitUntil: 'commit' })
    const account = logIn(tab, ada).then(() => tab.waitForURL(url('account')))
    await tab.waitForTimeout(1000)
    late.resolve()
    await account
    await visitor.close()
  })

  it('is told to reload the page if the script does not come', async () => {
    const visitor = await pages.newProfile()
    const tab = await visitor.newPage()
    await tab.route(/\.js$/, (route) => route.abort())
    await tab.goto(url('login'))
    await see(tab, 'A part of this page could not be loaded. Please reload it.')
    await looksWell(tab, 'incomplete')
    await visitor.close()
  })
})

describe('somebody who came from another page', () => {
  it('goes back there, although the link of the mail opens in another tab', async () => {
    const visitor = await pages.newProfile()
    const target = url('account?from=elsewhere')
    const link = await signUp(await visitor.newPage(), bob, `?redirect=${encodeURIComponent(target)}`)
    const tab = await visitor.newPage()
    await tab.goto(link)
    await press(tab, 'Confirm email')
    await shown(tab, 'link', 'Continue').click()
    await logIn(tab, bob)
    await tab.waitForURL(target)
    await visitor.close()
  })
})

describe('the account', () => {
  it('changes the name', async () => {
    await label(page, 'Name').fill('Ada, Countess of Lovelace')
    await press(page, 'Save')
    await see(page, 'Saved.')
    await page.reload()
    await shown(page, 'heading', 'Your account').waitFor()
    expect(await label(page, 'Name').inputValue()).toBe('Ada, Countess of Lovelace')
  })

  it('speaks the language that the user chose, also where the address names none', async () => {
    await page.locator('#locale').selectOption('Deutsch')
    await press(page, 'Save')
    await shown(page, 'heading', 'Ihr Konto').waitFor()
    await page.goto(url('account'))
    await page.waitForURL(url('account?lang=de'))
    await shown(page, 'heading', 'Ihr Konto').waitFor()
    await page.goto(url('account?lang=en'))
    await shown(page, 'heading', 'Your account').waitFor()
    await page.locator('#locale').selectOption('English')
    const loaded = page.waitForEvent('load')
    await press(page, 'Save')
    await loaded
    await shown(page, 'heading', 'Your account').waitFor()
  })

  it('begins anew when it comes back from the back-forward cache, with nothing shown before', async () => {
    const isHidden = await page.evaluate(() => {
      dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
      return document.querySelector('main')?.hidden
    })
    expect(isHidden).toBe(true)
    const loaded = page.waitForEvent('load')
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))
    await loaded
    await shown(page, 'heading', 'Your account').waitFor()
  })

  it('shows another device, and logs it out after a question', async () => {
    const other = await pages.newProfile()
    const tab = await other.newPage()
    await tab.goto(url('login'))
    await logIn(tab, ada)
    await shown(tab, 'heading', 'Your account').waitFor()
    await page.reload()
    await press(page, /^Log out: Chrom/)
    await shown(page, 'heading', 'Log out this device?').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Log out' }).click()
    await see(page, 'The device is logged out.')
    await tab.reload()
    await tab.waitForURL(/\/ui\/login\?/)
    await other.close()
  })

  it('changes the password, and this device stays logged in', async () => {
    await label(page, 'New password').fill('seven blue lamps at noon')
    const current = page.locator('#current-password')
    await current.fill('not the password')
    await press(page, 'Change password')
    await see(page, 'This password is wrong.')
    // The refusal is a red line of the browser itself.
    expect(pages.complaints.splice(0)).toEqual([expect.stringContaining('403')])
    await current.fill(ada.password)
    await press(page, 'Change password')
    await see(page, /Your password is changed/)
    ada.password = 'seven blue lamps at noon'
    await page.reload()
    await shown(page, 'heading', 'Your account').waitFor()
  })

  it('changes the email with a mail to the new address, which the former one can undo', async () => {
    await label(page, 'New email').fill('countess@example.com')
    await press(page, 'Change email')
    await see(page, /We have sent a link to countess@example.com/)
    const token = await mailedToken(started.mailbox, 'countess@example.com', 'verify-email')
    await page.goto(url(`verify-email#token=${token}`))
    await press(page, 'Confirm email')
    await shown(page, 'heading', 'Your email is confirmed').waitFor()

    const undo = await mailedToken(started.mailbox, ada.email, 'undo-email-change')
    await page.goto(url(`undo-email-change#token=${undo}`))
    await press(page, 'Restore my email')
    await shown(page, 'heading', 'Your email is restored').waitFor()
    // The undo mails a reset as well, whose link would replace a later one.
    await mailedToken(started.mailbox, ada.email, 'reset-password')
  })

  it('sets a new password by mail', async () => {
    await page.goto(url('forgot-password'))
    await label(page, 'Email').fill(ada.email)
    await press(page, 'Send link')
    await shown(page, 'heading', 'Check your mail').waitFor()
    const token = await mailedToken(started.mailbox, ada.email, 'reset-password')
    await page.goto(url(`reset-password#token=${token}`))
    ada.password = 'three slow trains go north'
    await label(page, 'New password').fill(ada.password)
    await press(page, 'Set password')
    await shown(page, 'heading', 'Your password is set').waitFor()
  })
})

describe('a login by mail', () => {
  let spent: string
  const requestMail = async () => {
    await page.goto(url('email-login'))
    await label(page, 'Email').fill(ada.email)
    await press(page, 'Send login mail')
    await shown(page, 'heading', 'Check your mail').waitFor()
  }

  it('takes the six digits, and says whose account is open', async () => {
    await requestMail()
    const linkAndDigits = /email-login#token=([\w-]+)\s.*?^\s*(\d{3}) ?(\d{3})\s*$/ms
    const [, token = '', first, second] = await mailed(started.mailbox, ada.email, linkAndDigits)
    spent = token
    await label(page, 'Six digits').fill(`${first} ${second}`)
    await press(page, 'Log in')
    await see(page, /You are logged in as Ada.*ada@example.com/)
  })

  it('by link needs a button, and “Not you?” logs out', async () => {
    await page.goto(url('login'))
    await page.goto(url(`email-login#token=${spent}`))
    expect(page.url()).toBe(url('email-login'))
    await press(page, 'Log in')
    // The digits and the link of one mail are one secret, which is spent.
    await see(page, /no longer valid/)
    expect(pages.complaints.splice(0)).toEqual([expect.stringContaining('400')])
    await requestMail()
    const token = await mailedToken(started.mailbox, ada.email, 'email-login')
    await page.goto(url(`email-login#token=${token}`))
    await press(page, 'Log in')
    await see(page, /You are logged in as Ada/)
    await press(page, /Not you/)
    await page.waitForURL(url('login'))
  })
})

describe('two tabs', () => {
  let other: Page
  const refreshes: string[] = []
  /** Lets the client believe that its next tokens live for a few seconds. */
  const shortLived = async (seconds: number) =>
    context.route(/\/auth\/(?:login|refresh)$/, async (route) => {
      const response = await route.fetch()
      const body = await response.json()
      await route.fulfill({ response, json: { ...body, ...(body.expiresIn && { expiresIn: seconds }) } })
    })

  it('stay logged in across an expiry with one refresh', async () => {
    await shortLived(5)
    await page.goto(url('login'))
    await logIn(page, ada)
    await shown(page, 'heading', 'Your account').waitFor()
    other = await context.newPage()
    await other.goto(url('account'))
    await shown(other, 'heading', 'Your account').waitFor()
    await page.waitForTimeout(6000)

    context.on('request', (request) => {
      if (request.url().endsWith('/auth/refresh')) refreshes.push(request.url())
    })
    await context.unroute(/\/auth\/(?:login|refresh)$/)
    await label(page, 'Name').fill('Ada')
    await label(other, 'Name').fill('Countess')
    await Promise.all([press(page, 'Save'), press(other, 'Save')])
    await Promise.all([see(page, 'Saved.'), see(other, 'Saved.')])
    expect(refreshes).toHaveLength(1)
  })

  it('survive a network that is cut', async () => {
    await context.setOffline(true)
    await press(page, 'Save')
    await see(page, /cannot be reached/)
    pages.complaints.splice(0)
    await context.setOffline(false)
    await press(page, 'Save')
    await see(page, 'Saved.')
  })

  it('are logged out together, and the page stays until the server has ended the session', async () => {
    await page.route(/\/auth\/logout$/, (route) => route.abort())
    await press(page, 'Log out')
    await other.waitForURL(/\/ui\/login\?/)
    await see(page, /cannot be reached/)
    expect(pages.complaints.splice(0)).toEqual([expect.stringContaining('ERR_FAILED')])
    await page.unroute(/\/auth\/logout$/)
    const answered = page.waitForResponse(/\/auth\/logout$/)
    await press(page, 'Try again')
    expect((await answered).status()).toBe(204)
    await page.waitForURL(/\/ui\/login\?/)
    await other.close()
  })
})

describe('an administrator', () => {
  it('finds a user, and disables the account after a question that names the user', async () => {
    const visitor = await pages.newProfile()
    const tab = await visitor.newPage()
    await tab.goto(await signUp(tab, eve))
    await press(tab, 'Confirm email')
    await shown(tab, 'heading', 'Your email is confirmed').waitFor()
    await visitor.close()
    const granted = await run('npm', ['run', 'admin', '--', 'grant', ada.email], {
      env: { HOME: pages.folder, LOCAL_FOLDER: pages.folder },
    })
    expect(granted.status).toBe(0)

    await page.goto(url(`login?redirect=${encodeURIComponent(url('admin'))}`))
    await logIn(page, ada)
    await page.waitForURL(url('admin'))
    await label(page, 'Find by email').fill(eve.email)
    await press(page, 'Find')
    await shown(page, 'link', eve.name).click()
    await press(page, 'Disable account')
    await see(page, `${eve.name} (${eve.email}) is logged out everywhere`)
    await page.getByRole('dialog').getByRole('button', { name: 'Disable account' }).click()
    await see(page, 'The account is disabled.')
    await shown(page, 'button', 'Enable account').waitFor()
  })
})

describe('every page', () => {
  const names = [
    'login',
    'sign-up',
    'forgot-password',
    'verify-email',
    'reset-password',
    'undo-email-change',
    'undo-second-factor',
    'finish-sign-up',
    'email-login',
    'account',
    'admin',
  ]

  it('is accessible in light and dark, and fits into 320 px', async () => {
    const tab = await context.newPage()
    for (const name of names) {
      await tab.goto(url(`${name}#token=x`))
      await shown(tab, 'heading', /./).waitFor()
      await looksWell(tab, name)
    }
    await tab.close()
  })

  it('speaks the language of its link', async () => {
    const tab = await context.newPage()
    for (const [lang, text] of [
      ['de', 'Anmelden'],
      ['fr', 'Se connecter'],
      ['ja', 'ログイン'],
    ] as const) {
      await tab.goto(url(`sign-up?lang=${lang}`))
      await shown(tab, 'link', text).waitFor()
    }
    await tab.close()
  })
})
