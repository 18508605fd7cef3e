import { restoreDestination } from './destination.ts'
import { showView } from './dom.ts'

/**
 * The token of the link in a mail. It leaves the address bar and the history at once. Nothing is sent.
 * Without a token the page says that it needs a link, unless it has something else to offer (`isOptional`).
 */
export function takeToken({ isOptional = false } = {}): string | undefined {
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? undefined
  if (token && restoreDestination()) return token
  history.replaceState(null, '', location.pathname + location.search)
  // A second link that is opened in this tab changes only what stands after `#`.
  addEventListener('hashchange', () => {
    if (location.hash.startsWith('#token=')) location.reload()
  })
  if (!token && !isOptional) showView('missing')
  return token
}
