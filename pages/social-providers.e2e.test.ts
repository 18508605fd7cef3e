import type { Page } from 'playwright-core'
import { atAccount, label, logIn, logOut, looksWell, press, see, shown } from '../tools/testing/page-steps.ts'
import { run } from '../tools/testing/run.ts'
import { socialPages } from '../tools/testing/social-pages.ts'

// One story, told in order, as in social.e2e.test.ts: what that one leaves out of the kinds of providers and accounts.

const password = 'a quiet river under snow'
const admin = { name: 'Grace', email: 'grace@example.com', password }

describe('an API with providers', () => {
  const social = socialPages(['google', 'microsoft', 'apple'])
  const { pages, refused, choose } = social
  const { url } = pages
  let tab: Page
  beforeAll(() => {
    tab = social.tab()
  })
  const continueWith = async (name: string, account: string) => {
    await tab.goto(url('login'))
    await social.continueWith(name, account)
  }

  const seeAccount = async (email: string, name: string) => {
    await tab.waitForURL(url('account'))
    await atAccount(tab)
    await see(tab, email)
    expect(await label(tab, 'Name').inputValue()).toBe(name)
  }

  it.each([
    ['Microsoft, which has an issuer for each tenant', 'Microsoft', 'ada@contoso.example'],
    ['Apple, which sends a form', 'Apple', 'x7@privaterelay.appleid.com'],
  ])('opens an account with %s, and the same the second time', async (_, name, email) => {
    await continueWith(name, 'ada')
    await seeAccount(email, 'Ada Lovelace')
    // The second login must find it, and not name it anew.
    await label(tab, 'Name').fill(`Ada of ${name}`)
    await press(tab, 'Save')
    await see(tab, 'Saved')
    await logOut(tab)
    await continueWith(name, 'ada')
    await seeAccount(email, `Ada of ${name}`)
    if (name !== 'Apple') await logOut(tab)
  })

  it('links another provider account to the one of Apple', async () => {
    await press(tab, 'Link Microsoft')
    await choose('bob')
    await see(tab, 'Microsoft is linked.')
    await logOut(tab)
  })

  it('gives the owner of an email the account that a stranger opened with it', async () => {
    const stranger = { name: 'Stranger', email: 'ada@gmail.com', password }
    expect((await pages.post('/auth/signup', stranger)).status).toBe(202)
    await continueWith('Google', 'ada')
    await seeAccount('Ada@gmail.com', 'Ada Lovelace')
    await logOut(tab)
    await logIn(tab, stranger)
    await see(tab, 'The email or the password is wrong.')
    refused(401)
  })

  it('lets an administrator unlink a provider account, and never the last way in', async () => {
    await pages.signUp(admin)
    const granted = await run('npm', ['run', 'admin', '--', 'grant', admin.email], {
      env: { HOME: pages.folder, LOCAL_FOLDER: pages.folder },
    })
    expect(granted.status).toBe(0)
    await tab.goto(url(`login?redirect=${encodeURIComponent(url('admin'))}`))
    await logIn(tab, admin)
    await tab.waitForURL(url('admin'))
    await label(tab, 'Find by email').fill('x7@privaterelay.appleid.com')
    await press(tab, 'Find')
    await shown(tab, 'link', 'Ada of Apple').click()
    await see(tab, 'Microsoft')
    await looksWell(tab, 'social-admin')
    const names = await tab.locator('[data-identities] strong').allTextContents()
    expect(names.sort()).toEqual(['Apple', 'Microsoft'])
    await press(tab, /^Remove: Microsoft/)
    await tab.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await see(tab, 'The login is removed.')
    await press(tab, /^Remove: Apple/)
    await tab.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await see(tab, 'This is the only way to log in to this account.')
    refused(409)
  })
})

describe('an API with SIGNUP=closed', () => {
  const social = socialPages(['google'], { SIGNUP: 'closed' })
  const { pages, refused } = social

  it('opens no account for somebody new, and says so', async () => {
    const tab = social.tab()
    await tab.goto(pages.url('login'))
    await social.continueWith('Google', 'ada')
    await see(tab, 'New accounts')
    expect(tab.url()).toBe(pages.url('login'))
    await looksWell(tab, 'social-closed')
    refused(403)
  })

  it('offers no sign-up', async () => {
    const tab = social.tab()
    await tab.goto(pages.url('login'))
    expect(await tab.getByRole('link', { name: 'Sign up' }).count()).toBe(0)
    await tab.goto(pages.url('sign-up'))
    await looksWell(tab, 'social-closed-sign-up')
    expect(await tab.getByRole('textbox').count()).toBe(0)
  })
})
