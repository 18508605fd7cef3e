import { config } from '../config.ts'
import { notFound } from './answers.ts'
import { pageResponder } from './respond.ts'

/** The pages of this deployment; with `PAGES=false`, every page is unknown. */
export function pagesOfDeployment() {
  const settings = config()
  const respond = settings.pages
    ? pageResponder({ ...settings, sendsMail: settings.mailFrom !== undefined })
    : () => notFound()
  return { respond, trustedProxies: settings }
}
