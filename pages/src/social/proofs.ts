import type { ApiError, Identity } from '../../../client/src/client.ts'
import { find } from '../dom.ts'
import { messageOf } from '../messages.ts'
import { fill, type PageData } from '../page-data.ts'
import { labelOf, onProvider } from './providers.ts'

/**
 * Shows in the dialog for a new proof, beside the mailed digits, a button for each linked provider that can prove a login of this moment.
 * The style and the logos in the template are loaded only if there is one.
 */
export function showProviderProofs(
  data: PageData,
  identities: readonly Identity[],
  begin: Parameters<typeof onProvider>[1],
): void {
  const template = find<HTMLTemplateElement & HTMLElement>('#reauthenticate template')
  const proofs = document.importNode(template.content, true)
  for (const button of proofs.querySelectorAll<HTMLElement>('[data-provider]'))
    if (identities.every(({ provider }) => provider !== button.dataset.provider)) button.remove()
  onProvider(data, begin, proofs)
  const isAny = proofs.querySelector('[data-provider]') !== null
  template.parentElement?.replaceChildren(template, ...(isAny ? [proofs] : []))
}

/** Says how a new proof ended. What needed it was lost when the browser left the page. */
export function sayProof(data: PageData, provider: string, error: ApiError | undefined): void {
  const [failed, done] = [find('[data-not-proven]'), find('[data-proven]')]
  if (!error) done.textContent = done.dataset.proven ?? ''
  // An old login, one at an unknown time, or another account: the page cannot know which.
  else if (error.code === 'invalid_code')
    failed.textContent = fill(failed.dataset.notProven ?? '', { provider: labelOf(data, provider) })
  else failed.textContent = messageOf(error, data.texts.errors, data.lang)
}
