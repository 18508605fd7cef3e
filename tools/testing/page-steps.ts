import type { Locator, Page } from 'playwright-core'

/** What a test does with a page, by the words that a user sees. Other views of a page are hidden. */

export const shown = (tab: Page, role: 'button' | 'link' | 'heading', name: string | RegExp): Locator =>
  tab.getByRole(role, { name }).filter({ visible: true }).first()
export const label = (tab: Page, text: string): Locator =>
  tab.getByLabel(text, { exact: true }).filter({ visible: true }).first()
export const press = (tab: Page, name: string | RegExp): Promise<void> => shown(tab, 'button', name).click()
export const see = (tab: Page, text: string | RegExp): Promise<void> =>
  tab.getByText(text).filter({ visible: true }).first().waitFor()
