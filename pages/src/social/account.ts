import type { ApiError, Identity } from '../../../client/src/client.ts'
import { socialLogin } from '../../../client/src/social.ts'
import type { AccountPage } from '../account-sessions.ts'
import { find, textOf } from '../dom.ts'
import { messageOf } from '../messages.ts'
import { fill, pageUrl } from '../page-data.ts'
import { identityName, identityTexts, showIdentityList } from './identity-list.ts'
import { sayProof, showProviderProofs } from './proofs.ts'
import { isBack, labelOf, onProvider, restoreQuery } from './providers.ts'

/** The linked provider accounts. A change of them ends the other sessions, which `showSessions` shows. */
export function identitiesOf(
  { data, cardea, texts, confirm }: AccountPage,
  showSessions: () => Promise<ApiError | undefined>,
) {
  const social = socialLogin(cardea)
  const done = find('#identities-done')
  const panel = find('.panel:has([data-identities])')
  const redirect = pageUrl(data, 'account', '')

  async function showIdentities(): Promise<ApiError | undefined> {
    const { data: answer, error } = await cardea.listIdentities()
    if (error) return error
    const remove = textOf('[data-remove-totp]')
    const { addedOn: added, removeLabel: label } = texts
    showIdentityList(data, answer.identities, { added, remove, label, press: askToRemove })
    showProviderProofs(data, answer.identities, (provider) =>
      social.reauthenticateWith(provider, { redirect }),
    )
    return undefined
  }

  function askToRemove(identity: Identity): void {
    const { text = '', unlinked = '' } = identityTexts()
    const name = identityName(data, identity)
    confirm({
      title: fill(texts.removeLabel, { name }),
      text: fill(text, { name }),
      action: textOf('[data-remove-totp]'),
      isDangerous: true,
      run: async () => {
        const { error } = await cardea.unlinkIdentity({ identityId: identity.id })
        if (error && error.code !== 'not_found') return error
        await Promise.all([showIdentities(), showSessions()])
        done.textContent = unlinked
        return undefined
      },
    })
  }

  onProvider(data, (provider) => social.link(provider, { redirect }), panel)

  return {
    showIdentities,
    /** Ends a link or a new proof when the browser comes back. @returns what says how it ended, once the page is shown. */
    async finish(): Promise<() => void> {
      const outcome = await social.finish()
      if (!outcome) return () => {}
      const { error, provider, purpose } = outcome
      if (purpose === 'reauthentication') return () => sayProof(data, provider, error)
      return () => {
        if (error) find('.alert', panel).textContent = messageOf(error, data.texts.errors, data.lang)
        else done.textContent = fill(identityTexts().done ?? '', { provider: labelOf(data, provider) })
        find('#identities-title').scrollIntoView()
      }
    },
    /** Whether the page loads anew, with the query that it had before. */
    loadsAnew: () => isBack() && restoreQuery(),
  }
}
