import { isApp, isLocal, passkeyRpIdOf, serves, settings, socialRedirectsOf } from './config.ts'
import { type Env, readSettings } from './settings-table.ts'

/**
 * Settings that are valid alone but contradict each other. A deployment with some is not packaged, and `npm start` does not start, so
 * the deployed functions do not contain these checks.
 */
export function contradictions(env: Env): string[] {
  return [...contradictionsOfMail(env), ...contradictionsOfPasskeys(env), ...contradictionsOfProviders(env)]
}

function contradictionsOfMail(env: Env): string[] {
  if (env.MAIL_FROM?.trim()) {
    const isLinked = env.LINK_BASE_URL?.trim() || env.PAGES?.trim() !== 'false'
    const sentence =
      'LINK_BASE_URL must be set, because PAGES=false: links of mails begin with the address of your own pages'
    return isLinked ? [] : [sentence]
  }
  return [
    ...(env.REQUIRE_VERIFIED_EMAIL?.trim() === 'true'
      ? ['REQUIRE_VERIFIED_EMAIL needs MAIL_FROM to send the verification mail']
      : []),
    ...(env.EMAIL_LOGIN?.trim() === 'true' ? ['EMAIL_LOGIN needs MAIL_FROM'] : []),
  ]
}

function contradictionsOfPasskeys(env: Env): string[] {
  const { issuer, passkeyRpId, passkeyOrigins } = settings
  const { values, problems } = readSettings({ issuer, passkeyRpId, passkeyOrigins }, env)
  if (problems.length > 0) return []
  const rpId = passkeyRpIdOf(values)
  return values.passkeyOrigins.every((origin) => isApp(origin) || serves(rpId, origin))
    ? []
    : ['PASSKEY_ORIGINS must be origins of PASSKEY_RP_ID or of its subdomains']
}

function contradictionsOfProviders(env: Env): string[] {
  const { issuer, providerNames, socialRedirects, pages } = settings
  const { values, problems } = readSettings({ issuer, providerNames, socialRedirects, pages }, env)
  if (problems.length > 0) return []
  const found: string[] = []
  if (!isLocal(values) && values.socialRedirects.some((each) => each.startsWith('http:')))
    found.push('SOCIAL_REDIRECTS must be https; http is for npm start alone')
  if (values.providerNames.length === 0) return found
  if (!env.MAIL_FROM?.trim()) found.push('PROVIDERS needs MAIL_FROM: a login may have to be proven by mail')
  if (socialRedirectsOf(values).length === 0)
    found.push('SOCIAL_REDIRECTS must be set, because PAGES=false: the browser could return to no page')
  return found
}
