import type { Page } from 'playwright-core'
import { press } from './page-steps.ts'
import { localProviders } from './providers/local-providers.ts'
import type { ProviderKind } from './providers/provider-options.ts'
import { testPages } from './test-pages.ts'

/**
 * The pages of an API with these providers, and a tab. No page of ours may write to its console. The providers are at 127.0.0.1 and the
 * API is at localhost: ports of one host are one site, and the cookies would be sent wrongly.
 */
export function socialPages(kinds: readonly ProviderKind[], settings: Readonly<Record<string, string>> = {}) {
  let providers: Awaited<ReturnType<typeof localProviders>>
  let tab: Page
  const complaints: string[] = []
  const pages = testPages(async (folder) => {
    providers = await localProviders(folder, kinds)
    return { ...providers.settings, ...settings }
  })
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

  /** Chooses an account at the provider; `''` cancels. */
  const choose = (account: string) => tab.locator(`[data-account="${account}"]`).click()
  return {
    pages,
    /** There is one before the first test. */
    tab: () => tab,
    choose,
    async continueWith(name: string, account: string): Promise<void> {
      await press(tab, `Continue with ${name}`)
      await choose(account)
    },
    /** Refusals are red lines of the browser itself. */
    refused: (...statuses: number[]) =>
      expect(complaints.splice(0)).toEqual(statuses.map((status) => expect.stringContaining(`${status}`))),
  }
}
