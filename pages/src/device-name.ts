import { find } from './dom.ts'
import { fill } from './page-data.ts'
import { clientOf } from './user-agent.ts'

/** The name of the device that has this user agent, by default this one. The template has its texts. */
export function deviceOf(userAgent: string = navigator.userAgent): string {
  const { device = '', unknown = '' } = find('[data-device]').dataset
  const { browser, system } = clientOf(userAgent)
  if (browser && system) return fill(device, { browser, system })
  return browser ?? system ?? unknown
}
