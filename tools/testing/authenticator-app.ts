import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { label, press, pressIn, saveRecoveryCodes, see } from './page-steps.ts'
import { totpCode } from './totp-codes.ts'

const STEP_MS = 30_000

/** An authenticator app that is set up with what a page shows. */
export function authenticatorApp() {
  let secret = ''
  let lastStep = 0

  /** Reads the secret that the page shows. */
  async function scan(page: Page): Promise<string> {
    await page.getByRole('img', { name: 'QR code' }).waitFor()
    secret = (await page.locator('[data-secret]').textContent())?.replaceAll(' ', '') ?? ''
    lastStep = 0
    return secret
  }

  /** A code that was not used yet. The API also takes those of the former and the next time step, so a test seldom has to wait. */
  async function nextCode(): Promise<string> {
    for (;;) {
      const now = Date.now() / STEP_MS
      // Not the former one if it could be too old when it arrives.
      const oldest = Math.floor(now - 0.4)
      const step = Math.max(oldest, lastStep + 1)
      if (step <= Math.floor(now) + 1) {
        lastStep = step
        return totpCode(secret, step * 30)
      }
      await wait(500)
    }
  }

  return {
    scan,
    nextCode,
    /** Sets it up on the page of the account. @returns the recovery codes. */
    async setUp(page: Page): Promise<readonly string[]> {
      await press(page, 'Set up')
      await scan(page)
      await label(page, 'Code from your authenticator app').fill(await nextCode())
      await pressIn(page, 'Set up an authenticator app', 'Set up')
      const codes = await saveRecoveryCodes(page)
      await see(page, 'The authenticator app is set up.')
      return codes
    },
  }
}
