import { type Config, policyOf } from '../../../lib/config.ts'
import { limits, settingOf } from '../../../lib/domain/limits.ts'
import { doubtful, type Finding, fine } from './finding.ts'

/** What settings that are right alone will lead to, and may not be what somebody wants. */
export function doubtsAbout(config: Config, { hasDomain }: { hasDomain: boolean }): Finding[] {
  const found = [...cookies(config, hasDomain), ...lifetimes(config), ...mail(config), ...budgets(config)]
  return found.length > 0 ? found : [fine('The settings go together')]
}

/** The cookie is SameSite=Strict: it travels between a page and an API of one site alone. */
function cookies({ allowedOrigins, issuer }: Config, hasDomain: boolean): Finding[] {
  if (allowedOrigins.length === 0)
    return [doubtful('No page may use the API with its cookie', 'Name your front end in ALLOWED_ORIGINS')]
  if (!hasDomain)
    return [
      doubtful(
        'The API is at an address of Amazon’s, so no page of yours gets its cookie',
        'Set DOMAIN_NAME and CERTIFICATE_ARN to a name beside your front end, or log in with "transport": "body"',
      ),
    ]
  const foreign = allowedOrigins.filter((origin) => siteOf(origin) !== siteOf(issuer))
  return foreign.map((origin) =>
    doubtful(
      `${origin} is of another site than ${issuer}: its requests carry no cookie`,
      'Give the API a name of the same site, or let that front end log in with "transport": "body"',
    ),
  )
}

/** The last two labels; wrong for a few suffixes such as co.uk, where it asks too little. */
const siteOf = (address: string) => new URL(address).hostname.split('.').slice(-2).join('.')

function lifetimes(config: Config): Finding[] {
  const { accessTokenSeconds, sessionIdleSeconds, sessionAbsoluteSeconds } = config
  const found: Finding[] = []
  if (sessionIdleSeconds > sessionAbsoluteSeconds)
    found.push(
      doubtful(
        'SESSION_IDLE_SECONDS is longer than SESSION_ABSOLUTE_SECONDS: no session ends for being idle',
        'Set it below the absolute life',
      ),
    )
  if (accessTokenSeconds > sessionIdleSeconds)
    found.push(
      doubtful(
        'An access token lives longer than a session that is not refreshed',
        'Set ACCESS_TOKEN_SECONDS below SESSION_IDLE_SECONDS',
      ),
    )
  return found
}

function mail(config: Config): Finding[] {
  const { sendsMail, requireVerifiedEmail } = policyOf(config)
  if (!sendsMail)
    return [
      doubtful(
        'There is no sender: nobody can reset a password, and a sign-up tells who has an account',
        'Set MAIL_FROM and LINK_BASE_URL',
      ),
    ]
  const found: Finding[] = []
  if (!requireVerifiedEmail)
    found.push(
      doubtful(
        'Anybody may open an account for an email that is not theirs, and a sign-up tells who has one',
        'Leave REQUIRE_VERIFIED_EMAIL unset',
      ),
    )
  const pages = new URL(String(config.linkBaseUrl)).origin
  if (!config.allowedOrigins.includes(pages))
    found.push(
      doubtful(
        'The pages that mails link to are on an origin that may not call the API from a browser',
        'Name the origin of LINK_BASE_URL in ALLOWED_ORIGINS',
      ),
    )
  return found
}

/** A budget that is a hundred times the default is none. */
function budgets(config: Config): Finding[] {
  return Object.entries(limits)
    .filter(([name, { most, seconds }]) => {
      const given = config[name as keyof typeof limits]
      return given.most / given.seconds > (100 * most) / seconds
    })
    .map(([name]) =>
      doubtful(
        `${settingOf(name)} lets through more than a hundred times the default`,
        'Leave it unset, or set it lower',
      ),
    )
}
