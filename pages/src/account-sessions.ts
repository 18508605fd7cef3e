import type { ApiError, Client, Session } from '../../client/src/client.ts'
import type { Pages } from '../../lib/languages/en/pages.ts'
import type { confirmDialog } from './dialog.ts'
import { element, find, textOf } from './dom.ts'
import { fill, type PageData } from './page-data.ts'
import { deviceName, sessionItem } from './session-list.ts'

export interface AccountPage {
  readonly data: PageData
  readonly cardea: Client
  readonly texts: Pages['account']
  readonly confirm: ReturnType<typeof confirmDialog>
}

/** The list of the user's own sessions. @returns what shows it. */
export function sessionsOf({ data, cardea, texts, confirm }: AccountPage) {
  /** Shows the sessions anew, after something was done with them. */
  async function showSessions(said = ''): Promise<ApiError | undefined> {
    const { data: answer, error } = await cardea.listMySessions()
    if (error) return error
    const own = answer.sessions.toSorted(
      (a, b) => Number(b.current) - Number(a.current) || b.lastUsedAt.localeCompare(a.lastUsedAt),
    )
    find('[data-sessions]').replaceChildren(
      ...own.map((session) => sessionItem(session, data.lang, endOf(session))),
    )
    find('[data-end-others]').hidden = own.length < 2
    find('#sessions-done').textContent = said
    return undefined
  }

  function endOf(session: Session): Node {
    if (session.current) return element('span', { class: 'badge' }, texts.thisDevice)
    const device = deviceName(session)
    const button = element(
      'button',
      { type: 'button', 'aria-label': fill(texts.endLabel, { device }) },
      texts.end,
    )
    button.addEventListener('click', () =>
      confirm({
        title: texts.endTitle,
        text: fill(texts.endText, { device }),
        action: texts.end,
        run: async () => {
          const { error } = await cardea.endMySession({ sessionId: session.id })
          // Another tab may have ended it a moment ago.
          return error && error.code !== 'not_found' ? error : showSessions(texts.ended)
        },
      }),
    )
    return button
  }

  find('[data-end-others]').addEventListener('click', () =>
    confirm({
      title: texts.endOthersTitle,
      text: texts.endOthersText,
      action: textOf('[data-end-others]'),
      run: async () => (await cardea.endMySessions()).error ?? showSessions(texts.endedOthers),
    }),
  )

  return showSessions
}
