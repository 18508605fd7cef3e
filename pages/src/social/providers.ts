import type { ApiError } from '../../../client/src/client.ts'
import { onPress } from '../form.ts'
import type { PageData } from '../page-data.ts'

const key = 'cardea:query'

/** Whether the browser comes back from a provider. */
export const isBack = (): boolean => /^#cardea_(?:code|error)=/.test(location.hash)

/**
 * The buttons of the providers within a part of the page, inert until now. `begin` leaves the page. A provider leads back to a fixed
 * address, so this tab remembers the language and where the user wants to go after the login.
 */
export function onProvider(
  data: PageData,
  begin: (provider: string) => Promise<{ readonly error?: ApiError | undefined }>,
  within: ParentNode = document,
): void {
  for (const list of within.querySelectorAll<HTMLElement>('.providers')) list.inert = false
  for (const button of within.querySelectorAll<HTMLElement>('[data-provider]'))
    onPress(button, data, async () => {
      rememberQuery()
      const { error } = await begin(button.dataset.provider ?? '')
      // The button stays busy until the page is gone.
      return error ?? new Promise(() => {})
    })
}

/** What people read for a provider. It may have been removed from the settings. */
export const labelOf = ({ providers = [] }: PageData, provider: string): string =>
  providers.find(({ name }) => name === provider)?.label ?? provider

function rememberQuery(): void {
  try {
    sessionStorage.setItem(key, location.search)
  } catch {
    // Without it the login leads to the account.
  }
}

/**
 * Loads a page that comes back anew, with the query that it had in its address, where the server checks the destination.
 * @returns whether it does so.
 */
export function restoreQuery(): boolean {
  const query = takeQuery()
  if (!query || location.search !== '') return false
  location.replace(`${location.pathname}${query}${location.hash}`)
  return true
}

function takeQuery(): string | null {
  try {
    const query = sessionStorage.getItem(key)
    sessionStorage.removeItem(key)
    return query
  } catch {
    return null
  }
}
