import type { Client } from '../../../client/src/client.ts'
import { type SocialLogin, socialLogin } from '../../../client/src/social.ts'
import { type PageData, pageUrl } from '../page-data.ts'
import { onProvider } from './providers.ts'

/** The buttons of a page that logs in or signs up. Both lead back to the login page. */
export function offerProviders(data: PageData, cardea: Client): SocialLogin {
  const social = socialLogin(cardea)
  onProvider(data, (provider) => social.loginWith(provider, { redirect: pageUrl(data, 'login', '') }))
  return social
}
