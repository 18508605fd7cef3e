import type { Session } from '../../client/src/client.ts'
import { element } from './dom.ts'
import { fill, type PageData } from './page-data.ts'
import { dateOf, timeAgo } from './times.ts'
import { clientOf } from './user-agent.ts'

type Texts = PageData['texts']['common']

export function deviceName({ client }: Session, texts: Texts): string {
  const { browser, system } = clientOf(client.userAgent)
  if (browser && system) return fill(texts.device, { browser, system })
  return browser ?? system ?? texts.unknownDevice
}

/** One line of the list of sessions. `end`: what ends it, or what marks it. */
export function sessionItem(
  session: Session,
  { texts: { common }, lang }: PageData,
  end: Node | '',
): HTMLElement {
  const used = fill(common.lastUsed, { time: timeAgo(session.lastUsedAt, Date.now(), lang) })
  const since = fill(common.loggedInOn, { date: dateOf(session.createdAt, lang) })
  return element(
    'li',
    {},
    element(
      'div',
      {},
      element('strong', {}, deviceName(session, common)),
      element('span', {}, `${used} · ${session.client.ip}`),
      element('span', {}, since),
    ),
    end,
  )
}
