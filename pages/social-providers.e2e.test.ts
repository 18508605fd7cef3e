import type { Page } from 'playwright-core'
import { atAccount, label, logIn, logOut, looksWell, press, see, shown } from '../tools/testing/page-steps.ts'
import { localProviders } from '../tools/testing/providers/local-providers.ts'
import type { ProviderKind } from '../tools/testing/providers/provider-options.ts'
import { run } from '../tools/testing/run.ts'
import { type TestPages, testPages } from '../tools/testing/test-pages.ts'

// One story, told in order, as in social.e2e.test.ts: what that one leaves out of the kinds of providers and accounts.

const password = 'a quiet river under snow'
const admin = { name: 'Grace', email: 'grace@example.com', password }

/** The pages of an API with these providers, and what closes them. */
function withProviders(kinds: readonly ProviderKind[], settings: Readonly<Record<string, string>> = {}) {
  let providers: Awaited<ReturnType<typeof localProviders>>
  const pages = testPages(async (folder) => {
    providers = await localProviders(folder, kinds)
    return { ...providers.settings, ...settings }
  })
  afterAll(() => providers?.close())
  return pages
}

/** A tab, which records what our pages write to the console. What a provider's own pages write does not matter. */
function tabOf(pages: TestPages) {
  const complaints: string[] = []
  const opened = { tab: undefined as unknown as Page }
  beforeAll(async () => {
    opened.tab = await pages.context.newPage()
    opened.tab.on('console', (message) => {
      if (message.location().url.startsWith(pages.started.origin)) complaints.push(message.text())
    })
    opened.tab.on('pageerror', (error) => complaints.push(error.message))
  })
  afterEach(() => expect(complaints.splice(0)).toEqual([]))
  /** Refusals are red lines of the browser itself. */
  const refused = (...statuses: number[]) =>
    expect(complaints.splice(0)).toEqual(statuses.map((status) => expect.stringContaining(`${status}`)))
  /** Chooses an account at the provider. */
  const choose = (account: string) => opened.tab.locator(`[data-account="${account}"]`).click()
  const continueWith = async (name: string, account: string) => {
    await opened.tab.goto(pages.url('login'))
    await press(opened.tab, `Continue with ${name}`)
    await choose(account)
  }
  return { opened, refused, choose, continueWith }
}

describe('an API with providers', () => {
  const pages = withProviders(['google', 'microsoft', 'apple'])
  const { opened, refused, choose, continueWith } = tabOf(pages)
  const { url } = pages

  const seeAccount = async (email: string, name: string) => {
    const { tab } = opened
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
    await label(opened.tab, 'Name').fill(`Ada of ${name}`)
    await press(opened.tab, 'Save')
    await see(opened.tab, 'Saved')
    await logOut(opened.tab)
    await continueWith(name, 'ada')
    await seeAccount(email, `Ada of ${name}`)
    if (name !== 'Apple') await logOut(opened.tab)
  })

  it('links another provider account to the one of Apple', async () => {
    await press(opened.tab, 'Link Microsoft')
    await choose('bob')
    await see(opened.tab, 'Microsoft is linked.')
    await logOut(opened.tab)
  })

  it('gives the owner of an email the account that a stranger opened with it', async () => {
    const stranger = { name: 'Stranger', email: 'ada@gmail.com', password }
    expect((await pages.post('/auth/signup', stranger)).status).toBe(202)
    await continueWith('Google', 'ada')
    await seeAccount('Ada@gmail.com', 'Ada Lovelace')
    await logOut(opened.tab)
    await logIn(opened.tab, stranger)
    await see(opened.tab, 'The email or the password is wrong.')
    refused(401)
  })

  it('lets an administrator unlink a provider account, and never the last way in', async () => {
    await pages.signUp(admin)
    const granted = await run('npm', ['run', 'admin', '--', 'grant', admin.email], {
      env: { HOME: pages.folder, LOCAL_FOLDER: pages.folder },
    })
    expect(granted.status).toBe(0)
    const { tab } = opened
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
  const pages = withProviders(['google'], { SIGNUP: 'closed' })
  const { opened, refused, continueWith } = tabOf(pages)

  it('opens no account for somebody new, and says so', async () => {
    await continueWith('Google', 'ada')
    await see(opened.tab, 'New accounts')
    expect(opened.tab.url()).toBe(pages.url('login'))
    await looksWell(opened.tab, 'social-closed')
    refused(403)
  })

  it('offers no sign-up', async () => {
    await opened.tab.goto(pages.url('login'))
    expect(await opened.tab.getByRole('link', { name: 'Sign up' }).count()).toBe(0)
    await opened.tab.goto(pages.url('sign-up'))
    await looksWell(opened.tab, 'social-closed-sign-up')
    expect(await opened.tab.getByRole('textbox').count()).toBe(0)
  })
})
