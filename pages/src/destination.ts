import type { PageData } from './page-data.ts'

const key = 'cardea:redirect'

/** A mail was sent. Its link opens in another tab, so the browser remembers where the user wants to go after the login. */
export function rememberDestination({ redirect }: PageData): void {
  try {
    if (redirect) localStorage.setItem(key, redirect)
    else localStorage.removeItem(key)
  } catch {
    // A browser that stores nothing leads to the account.
  }
}

/**
 * Loads the page of a mailed link anew with the destination in its address, where the server checks it.
 * @returns whether it does so.
 */
export function restoreDestination(): boolean {
  const query = new URLSearchParams(location.search)
  const redirect = takeDestination()
  if (!redirect || query.has('redirect')) return false
  query.set('redirect', redirect)
  location.replace(`${location.pathname}?${query}${location.hash}`)
  return true
}

function takeDestination(): string | null {
  try {
    const redirect = localStorage.getItem(key)
    localStorage.removeItem(key)
    return redirect
  } catch {
    return null
  }
}
