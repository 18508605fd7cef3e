import type { Identity, UserDetails } from '../../../client/src/client.ts'
import type { Action, AdminPage } from '../admin-actions.ts'
import { fill } from '../page-data.ts'
import { identityName, identityTexts, showIdentityList } from './identity-list.ts'

/** Shows the linked provider accounts of a user. `ask` asks before one is removed. Without it none can be. */
export function showUserIdentities(
  { data, cardea }: AdminPage,
  { id: userId }: UserDetails,
  identities: readonly Identity[],
  ask?: (action: Action) => void,
): void {
  const { added = '', remove = '', removeLabel: label = '', text = '', unlinked = '' } = identityTexts()
  const press = (identity: Identity) => {
    const name = identityName(data, identity)
    ask?.({
      button: remove,
      title: fill(label, { name }),
      text: fill(text, { name }),
      done: unlinked,
      isDangerous: true,
      run: () => cardea.adminUnlinkIdentity({ userId, identityId: identity.id }),
    })
  }
  showIdentityList(data, identities, { added, remove, label, ...(ask && { press }) })
}
