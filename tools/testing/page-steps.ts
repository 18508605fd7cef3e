import type { Locator, Page } from 'playwright-core'
import { violationsOf } from './chromium.ts'

/** What a test does with a page, by the words that a user sees. Other views of a page are hidden. */

export const shown = (tab: Page, role: 'button' | 'link' | 'heading', name: string | RegExp): Locator =>
  tab.getByRole(role, { name }).filter({ visible: true }).first()
export const label = (tab: Page, text: string): Locator =>
  tab.getByLabel(text, { exact: true }).filter({ visible: true }).first()
export const press = (tab: Page, name: string | RegExp): Promise<void> => shown(tab, 'button', name).click()
export const see = (tab: Page, text: string | RegExp): Promise<void> =>
  tab.getByText(text).filter({ visible: true }).first().waitFor()
export const dialog = (tab: Page, name: string): Locator => tab.getByRole('dialog', { name })
export const pressIn = (tab: Page, name: string, button: string): Promise<void> =>
  dialog(tab, name).getByRole('button', { name: button, exact: true }).click()

export interface Person {
  readonly name: string
  readonly email: string
  readonly password: string
}

/** On the page of the login. */
export async function logIn(tab: Page, { email, password }: Omit<Person, 'name'>): Promise<void> {
  await label(tab, 'Email').fill(email)
  await label(tab, 'Password').fill(password)
  await press(tab, 'Log in')
}

export const atAccount = (tab: Page): Promise<void> => shown(tab, 'heading', 'Your account').waitFor()

export async function logOut(tab: Page): Promise<void> {
  await press(tab, 'Log out')
  await tab.waitForURL(/\/ui\/login\?/)
}

/** @returns the recovery codes, which the page shows once. */
export async function saveRecoveryCodes(tab: Page): Promise<readonly string[]> {
  await dialog(tab, 'Your recovery codes').waitFor()
  const codes = await tab.locator('.codes li').allTextContents()
  await press(tab, 'I have saved them')
  return codes
}

/** What is shown now is accessible in both colour schemes, and fits into 320 px. `SCREENSHOTS` names a folder for pictures. */
export async function looksWell(tab: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await tab.emulateMedia({ colorScheme })
    for (const width of [320, 1280]) {
      await tab.setViewportSize({ width, height: 900 })
      const overflow = await tab.evaluate(
        'Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)',
      )
      const found = [name, colorScheme, width, overflow, await violationsOf(tab)]
      expect(found).toEqual([name, colorScheme, width, 0, []])
      const { SCREENSHOTS } = process.env
      const path = `${SCREENSHOTS}/${name}-${colorScheme}-${width}.png`
      if (SCREENSHOTS) await tab.screenshot({ path, fullPage: !(await tab.locator('dialog[open]').count()) })
    }
  }
}
