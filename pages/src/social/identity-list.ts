import type { Identity } from '../../../client/src/client.ts'
import { element, find } from '../dom.ts'
import { fill, type PageData } from '../page-data.ts'
import { dateOf, timeAgo } from '../times.ts'
import { labelOf } from './providers.ts'

/** The texts of the list are in its template. */
export const identityTexts = () => find('[data-identities]').dataset

/** How people know a provider account: "Google (ada@gmail.com)". */
export const identityName = (data: PageData, { provider, accountName }: Identity): string =>
  accountName ? `${labelOf(data, provider)} (${accountName})` : labelOf(data, provider)

/** Shows linked provider accounts, each with a button that removes it. */
export function showIdentityList(
  data: PageData,
  identities: readonly Identity[],
  shown: {
    /** With `{date}`. */
    readonly added: string
    readonly remove: string
    readonly label: string
    /** Without it there is no button. */
    readonly press?: (identity: Identity) => void
  },
): void {
  const { used = '' } = find('[data-sessions]').dataset
  const item = (identity: Identity) => {
    const { provider, accountName, linkedAt, lastUsedAt } = identity
    const label = fill(shown.label, { name: identityName(data, identity) })
    const button = element('button', { type: 'button', 'aria-label': label }, shown.remove)
    button.addEventListener('click', () => shown.press?.(identity))
    return element(
      'li',
      {},
      element(
        'div',
        {},
        element('strong', {}, labelOf(data, provider)),
        ...(accountName ? [element('span', {}, accountName)] : []),
        element('span', {}, fill(used, { time: timeAgo(lastUsedAt, Date.now(), data.lang) })),
        element('span', {}, fill(shown.added, { date: dateOf(linkedAt, data.lang) })),
      ),
      ...(shown.press ? [button] : []),
    )
  }
  find('[data-identities]').replaceChildren(...identities.map(item))
  // Only the administration says so: the account page has buttons to link one.
  document.querySelector('[data-no-identities]')?.toggleAttribute('hidden', identities.length > 0)
}
