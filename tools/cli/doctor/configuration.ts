import { type Config, linkBaseUrlOf, passkeyRpIdOf, policyOf, serves } from '../../../lib/config.ts'
import { limits, settingOf } from '../../../lib/domain/limits.ts'
import { doubtful, type Finding, fine } from './finding.ts'

/** Settings that are each valid, but together may not do what their owner wants. */
export function doubtsAbout(config: Config, { hasDomain }: { hasDomain: boolean }): Finding[] {
  const found: Finding[] = []
  const doubt = (applies: boolean, says: string, mend: string) => {
    if (applies) found.push(doubtful(says, mend))
  }
  const { allowedOrigins, issuer, accessTokenSeconds, sessionIdleSeconds, sessionAbsoluteSeconds } = config
  const { sendsMail, requireVerifiedEmail } = policyOf(config)
  const hasOrigin = allowedOrigins.length > 0
  const bodyLogin = 'log in with "transport": "body"'

  // The cookie is SameSite=Strict: a browser sends it only between a page and an API of one site.
  doubt(!hasOrigin, 'No page may use the API with its cookie', 'Name your front end in ALLOWED_ORIGINS')
  doubt(
    hasOrigin && !hasDomain,
    'The API has an address of Amazon, so no page of yours gets its cookie',
    `Set DOMAIN_NAME and CERTIFICATE_ARN to a name beside your front end, or ${bodyLogin}`,
  )
  for (const origin of allowedOrigins)
    doubt(
      hasDomain && siteOf(origin) !== siteOf(issuer),
      `${origin} is another site than ${issuer}: its requests carry no cookie`,
      `Give the API a name of the same site, or let that front end ${bodyLogin}`,
    )
  const own = new URL(issuer).origin
  const rpId = passkeyRpIdOf(config)
  for (const origin of [own, ...allowedOrigins])
    doubt(
      !serves(rpId, origin),
      `${origin} cannot use passkeys: they belong to ${rpId}`,
      'Set PASSKEY_RP_ID to the domain that your pages and the API share, before the first user adds a passkey',
    )
  doubt(
    sessionIdleSeconds > sessionAbsoluteSeconds,
    'SESSION_IDLE_SECONDS is longer than SESSION_ABSOLUTE_SECONDS: no session ends because it is idle',
    'Set it below the absolute lifetime',
  )
  doubt(
    accessTokenSeconds > sessionIdleSeconds,
    'An access token lives longer than a session that is not refreshed',
    'Set ACCESS_TOKEN_SECONDS below SESSION_IDLE_SECONDS',
  )
  doubt(
    !sendsMail,
    'There is no sender: users cannot reset a password, and sign-up reveals who has an account',
    'Set MAIL_FROM',
  )
  doubt(
    sendsMail && !requireVerifiedEmail,
    'Anybody may sign up with the email of somebody else, and sign-up reveals who has an account',
    'Leave REQUIRE_VERIFIED_EMAIL unset',
  )
  const mayCall = (address: string) => [own, ...allowedOrigins].includes(new URL(address).origin)
  doubt(
    sendsMail && !mayCall(linkBaseUrlOf(config)),
    'The origin of the pages that mails link to may not call the API from a browser',
    'Name the origin of LINK_BASE_URL in ALLOWED_ORIGINS',
  )
  for (const address of config.socialRedirects)
    doubt(
      !mayCall(address),
      `${address} of SOCIAL_REDIRECTS may not call the API from a browser, so it cannot finish a login there`,
      'Name its origin in ALLOWED_ORIGINS, unless it is an https app link: an app does not need it',
    )
  for (const [name, { most, seconds }] of Object.entries(limits)) {
    const given = config[name as keyof typeof limits]
    const hasNoEffect = given.most / given.seconds > (100 * most) / seconds
    doubt(
      hasNoEffect,
      `${settingOf(name)} allows more than a hundred times the default`,
      'Leave it unset, or set it lower',
    )
  }
  return found.length > 0 ? found : [fine('The settings go together')]
}

/** The last two labels. For a few suffixes such as co.uk this finds too little. */
const siteOf = (address: string) => new URL(address).hostname.split('.').slice(-2).join('.')
