import type { Session } from '../../client/src/client.ts'
import { deviceOf } from './device-name.ts'
import { element, find } from './dom.ts'
import { fill } from './page-data.ts'
import { dateOf, timeAgo } from './times.ts'

/** The texts of the list are in its template. */
const texts = () => find('[data-sessions]').dataset

export const deviceName = ({ client }: Session): string => deviceOf(client.userAgent)

/** One line of the list of sessions. `end`: what ends it, or what marks it. */
export function sessionItem(session: Session, lang: string, end: Node | ''): HTMLElement {
  const { used = '', since = '' } = texts()
  const usedAt = fill(used, { time: timeAgo(session.lastUsedAt, Date.now(), lang) })
  const description = element(
    'div',
    {},
    element('strong', {}, deviceName(session)),
    element('span', {}, `${usedAt} · ${session.client.ip}`),
    element('span', {}, fill(since, { date: dateOf(session.createdAt, lang) })),
  )
  return element('li', {}, description, end)
}
