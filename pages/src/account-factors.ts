import type { ApiError } from '../../client/src/client.ts'
import { passkeysOf } from './account-passkeys.ts'
import type { AccountPage } from './account-sessions.ts'
import { totpOf } from './account-totp.ts'
import { find } from './dom.ts'
import { fill } from './page-data.ts'
import { dateOf, timeAgo } from './times.ts'

/**
 * The second factors and passkeys. A change of them ends the other sessions, which `showSessions` shows.
 * @returns what shows them.
 */
export function factorsOf(page: AccountPage, showSessions: () => Promise<ApiError | undefined>) {
  const { data, cardea, texts } = page

  async function showFactors(): Promise<ApiError | undefined> {
    const { data: factors, error } = await cardea.getMyFactors()
    if (error) return error
    const { totp, recoveryCodes, passkeys, password } = factors
    const used = (iso: string) =>
      fill(find('[data-sessions]').dataset.used ?? '', { time: timeAgo(iso, Date.now(), data.lang) })
    find('[data-totp]').textContent = totp
      ? `${fill(texts.since, { date: dateOf(totp.enrolledAt, data.lang) })} · ${used(totp.lastUsedAt)}`
      : texts.off
    find('[data-set-up]').hidden = totp !== undefined
    find('[data-remove-totp]').hidden = totp === undefined
    find('[data-codes]').hidden = recoveryCodes === undefined
    find('[data-codes-left]').textContent = fill(texts.codesLeft, { count: recoveryCodes?.left ?? 0 })
    showPasskeys(passkeys)
    // An account without a password sets its first one.
    find('[data-current-password]').hidden = !password
    return undefined
  }

  const change = (place: string) => async (said: string) => {
    await Promise.all([showFactors(), showSessions()])
    find(place).textContent = said
  }
  const { showCodes } = totpOf(page, change('[data-factors] .done'))
  const showPasskeys = passkeysOf(page, { changed: change('#passkeys-done'), showCodes })
  return showFactors
}
