import type { Page } from 'playwright-core'
import { mailedDigits, mailedToken } from '../tools/local/mailbox.ts'
import { authenticatorApp } from '../tools/testing/authenticator-app.ts'
import {
  atAccount,
  dialog,
  label,
  logIn,
  logOut,
  looksWell,
  press,
  saveRecoveryCodes,
  see,
  shown,
} from '../tools/testing/page-steps.ts'
import { testPages } from '../tools/testing/test-pages.ts'
import { virtualAuthenticators } from '../tools/testing/virtual-authenticators.ts'

// One story, told in order: each test goes on where the one before it ended.

const ada = { name: 'Ada Lovelace', email: 'ada@example.com', password: 'a quiet river under snow' }
const bob = { name: 'Bob Cratchit', email: 'bob@example.com', password: 'three slow lanterns burn' }
const eve = { name: 'Eve Polastri', email: 'eve@example.com', password: 'nine green kettles sing' }
const pages = testPages({ SECOND_FACTOR_FOR: 'all' })
const { url, refused } = pages
const app = authenticatorApp()
let page: Page
let devices: Awaited<ReturnType<typeof virtualAuthenticators>>
let laptop = ''
beforeAll(async () => {
  page = pages.page
  devices = await virtualAuthenticators(page)
  await Promise.all([ada, bob, eve].map(pages.signUp))
})

const codeField = () => label(page, 'Code from your authenticator app')
const secondStep = () => shown(page, 'heading', 'One more step').waitFor()
async function logInByPassword(person: typeof ada): Promise<void> {
  if (!page.url().startsWith(url('login'))) await page.goto(url('login'))
  await logIn(page, person)
  await secondStep()
  refused(403)
}
async function requestMail({ email }: typeof ada): Promise<void> {
  await page.goto(url('email-login'))
  await label(page, 'Email').fill(email)
  await press(page, 'Send login mail')
  await shown(page, 'heading', 'Check your mail').waitFor()
}
async function logInByDigits(person: typeof ada): Promise<void> {
  await requestMail(person)
  const [, first, second] = await mailedDigits(pages.started.mailbox, person.email)
  await label(page, 'Six digits').fill(`${first} ${second}`)
  await press(page, 'Log in')
  await secondStep()
  refused(403)
}
async function logInByLink(person: typeof ada): Promise<void> {
  await requestMail(person)
  const token = await mailedToken(pages.started.mailbox, person.email, 'email-login')
  await page.goto('about:blank')
  await page.goto(url(`email-login#token=${token}`))
  await press(page, 'Log in')
  await secondStep()
  refused(403)
}

describe('an account that needs a second factor', () => {
  it('gets an authenticator app in its login, and recovery codes', async () => {
    await logInByPassword(ada)
    await codeField().fill('000')
    await press(page, 'Back to login')
    await logInByPassword(ada)
    expect(await codeField().inputValue()).toBe('')
    await app.scan(page)
    await looksWell(page, 'required-factor')
    await codeField().fill('000000')
    await press(page, 'Set up')
    await see(page, 'This code is wrong or no longer valid.')
    refused(400)
    await codeField().fill(await app.nextCode())
    await press(page, 'Set up')
    await dialog(page, 'Your recovery codes').waitFor()
    await looksWell(page, 'required-factor-codes')
    expect(new Set(await saveRecoveryCodes(page)).size).toBe(10)
    await atAccount(page)
    await see(page, 'Codes left: 10')
  })

  it('is asked for the app at its next login', async () => {
    await logOut(page)
    await logInByPassword(ada)
    await codeField().fill(await app.nextCode())
    await press(page, 'Continue')
    await atAccount(page)
    await logOut(page)
  })

  it('may add a passkey instead, although the QR code has not arrived', async () => {
    laptop = await devices.plugIn()
    const arrived = Promise.withResolvers<void>()
    await page.route(/qr-code-/, async (route) => {
      await arrived.promise
      await route.continue()
    })
    await logInByPassword(bob)
    await press(page, 'Add a passkey')
    expect(new Set(await saveRecoveryCodes(page)).size).toBe(10)
    await atAccount(page)
    arrived.resolve()
    await page.unroute(/qr-code-/)

    await devices.present(laptop, false)
    await logOut(page)
    await logInByPassword(bob)
    await shown(page, 'heading', 'One more step').waitFor()
    await devices.present(laptop, true)
    await press(page, 'Continue')
    await atAccount(page)
    await devices.present(laptop, false)
    await logOut(page)
  })
})

describe('a login by mail', () => {
  const loggedIn = ({ email }: typeof ada) => see(page, new RegExp(`You are logged in as .*${email}`))
  const leave = async () => {
    await press(page, /Not you/)
    await page.waitForURL(url('login'))
  }

  it('asks for the authenticator app', async () => {
    await logInByDigits(ada)
    await looksWell(page, 'email-login-totp')
    await codeField().fill(await app.nextCode())
    await press(page, 'Continue')
    await loggedIn(ada)
    await leave()
  })

  it('asks for the passkey', async () => {
    await logInByLink(bob)
    await looksWell(page, 'email-login-passkey')
    await devices.present(laptop, true)
    await press(page, 'Continue')
    await loggedIn(bob)
    await devices.present(laptop, false)
    await leave()
  })

  it('adds a factor that the account needs', async () => {
    await logInByDigits(eve)
    const phone = authenticatorApp()
    await phone.scan(page)
    await looksWell(page, 'email-login-required-factor')
    await codeField().fill(await phone.nextCode())
    await press(page, 'Set up')
    await saveRecoveryCodes(page)
    await loggedIn(eve)
  })
})
