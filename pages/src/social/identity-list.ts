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
  remove: {
    readonly text: string
    readonly label: string
    /** Without it there is no button. */
    readonly press?: (identity: Identity) => void
  },
): void {
  const { linked = '' } = identityTexts()
  const { used = '' } = find('[data-sessions]').dataset
  const item = (identity: Identity) => {
    const { provider, accountName, linkedAt, lastUsedAt } = identity
    const label = fill(remove.label, { name: identityName(data, identity) })
    const button = element('button', { type: 'button', 'aria-label': label }, remove.text)
    button.addEventListener('click', () => remove.press?.(identity))
    return element(
      'li',
      {},
      element(
        'div',
        {},
        element('strong', {}, labelOf(data, provider)),
        ...(accountName ? [element('span', {}, accountName)] : []),
        element('span', {}, fill(used, { time: timeAgo(lastUsedAt, Date.now(), data.lang) })),
        element('span', {}, fill(linked, { date: dateOf(linkedAt, data.lang) })),
      ),
      ...(remove.press ? [button] : []),
    )
  }
  find('[data-identities]').replaceChildren(...identities.map(item))
  find('[data-no-identities]').hidden = identities.length > 0
}
