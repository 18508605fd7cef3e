import type { ApiError, UserDetails } from '../../client/src/client.ts'
import { type Action, type AdminPage, actionsOf, endSessions } from './admin-actions.ts'
import { element, find, showView, textOf } from './dom.ts'
import { fill, socialScript } from './page-data.ts'
import { sessionItem } from './session-list.ts'
import { dateOf } from './times.ts'

let user: UserDetails | undefined
let isReady = false

/** Shows one user with all that an administrator can do. */
export async function showUser(
  page: AdminPage,
  userId: string,
  ownId: string,
): Promise<ApiError | undefined> {
  const { data, cardea, texts } = page
  const social = await socialScript<typeof import('./social/admin.ts')>(data)
  const [{ data: found, error }, { data: listed, error: unlisted }, { data: linked, error: unknown }] =
    await Promise.all([
      cardea.adminGetUser({ userId }),
      cardea.adminListSessions({ userId }),
      social ? cardea.adminListIdentities({ userId }) : { data: undefined, error: undefined },
    ])
  if (error ?? unlisted ?? unknown) return error ?? unlisted ?? unknown
  // Another user, or the list, was asked for meanwhile.
  if (location.hash !== `#${userId}`) return undefined
  user = found as UserDetails
  const isOwn = user.id === ownId
  const { name, email, emailVerified, roles, status, createdAt, factors } = user

  find('[data-view="user"] [data-name]').textContent = name
  find<HTMLInputElement>('#name').value = name
  const facts: [string, string][] = [
    [texts.email, `${email}${isOwn ? ` (${texts.you})` : ''}`],
    [textOf('[data-status]'), `${texts[status]} · ${emailVerified ? texts.verified : texts.unverified}`],
    [textOf('[data-roles]'), roles.includes('admin') ? texts.administrator : texts.member],
    [texts.factors, factorNames(factors, texts)],
    [textOf('[data-created]'), dateOf(createdAt, data.lang)],
    [texts.id, user.id],
  ]
  const fact = ([term, text]: [string, string]) =>
    element('div', {}, element('dt', {}, term), element('dd', {}, text))
  find('[data-facts]').replaceChildren(...facts.map(fact))
  find('[data-actions]').replaceChildren(
    ...actionsOf(page, user, isOwn).map((action) => buttonOf(page, action, ownId)),
  )

  const sessions = listed?.sessions ?? []
  find('[data-sessions]').replaceChildren(...sessions.map((session) => sessionItem(session, data.lang, '')))
  find('[data-no-sessions]').hidden = sessions.length > 0
  // The API refuses it for one's own account (`own_account`).
  const askToUnlink = isOwn ? undefined : (action: Action) => ask(page, action, ownId)
  if (linked) social?.showUserIdentities(page, user, linked.identities, askToUnlink)
  const end = buttonOf(page, endSessions(page, user), ownId)
  end.hidden = sessions.length === 0
  end.dataset.action = 'end'
  find('[data-action="end"]').replaceWith(end)

  if (!isReady) whenRenamed(page, ownId)
  isReady = true
  if (find('[data-view="user"]').hidden) {
    find('#done').textContent = ''
    showView('user')
  }
  return undefined
}

function factorNames({ totp, passkeys }: UserDetails['factors'], texts: AdminPage['texts']): string {
  const names = [
    ...(totp ? [texts.totp] : []),
    ...(passkeys > 0 ? [fill(texts.passkeys, { count: passkeys })] : []),
  ]
  return names.join(' · ') || texts.noFactors
}

function buttonOf(page: AdminPage, action: Action, ownId: string): HTMLElement {
  const button = element(
    'button',
    { type: 'button', class: action.isDangerous ? 'danger' : '' },
    action.button,
  )
  button.addEventListener('click', () => ask(page, action, ownId))
  return button
}

function ask(page: AdminPage, action: Action, ownId: string): void {
  const { id = '', name = '', email = '' } = user ?? {}
  const named = { user: `${name} (${email})` }
  page.confirm({
    title: action.title,
    text: fill(action.text, { ...named, name: action.newName ?? '' }),
    action: action.button,
    isDangerous: action.isDangerous ?? false,
    run: async () => {
      const { error } = await action.run()
      if (error) return error
      find('#done').textContent = fill(action.done, named)
      // A deleted user has no page.
      if (action.button === page.texts.delete) location.hash = ''
      else return showUser(page, id, ownId)
      return undefined
    },
  })
}

function whenRenamed(page: AdminPage, ownId: string): void {
  const { cardea, texts } = page
  page.on('[data-form="rename"]', async ({ name = '' }) => {
    const { id: userId = '' } = user ?? {}
    ask(
      page,
      {
        button: textOf('[data-form="rename"] button'),
        title: texts.renameTitle,
        text: texts.renameText,
        newName: name,
        done: texts.renamed,
        run: () => cardea.adminUpdateUser({ userId, name }),
      },
      ownId,
    )
    return undefined
  })
}
