import { settleAll } from '../domain/settle-all.ts'
import { ProviderFailure } from '../domain/social-ports.ts'
import { failureOfStatus } from './failures.ts'
import type { MakeProvider, OAuthProvider, Person } from './provider.ts'

const GITHUB = 'https://github.com'

/**
 * https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
 *
 * GitHub has OAuth 2.0 without ID tokens. The number of an account is its identity: a user name can be given to somebody else.
 */
export const github: MakeProvider<OAuthProvider> = ({ issuer = GITHUB }) => {
  const api = issuer === GITHUB ? 'https://api.github.com' : `${issuer}/api/v3`
  return {
    protocol: 'oauth',
    scope: 'user:email',
    choosesAccount: true,
    server: {
      // What GitHub sends as `iss` to the callback (RFC 9207).
      issuer: `${issuer}/login/oauth`,
      authorization_endpoint: `${issuer}/login/oauth/authorize`,
      token_endpoint: `${issuer}/login/oauth/access_token`,
      token_endpoint_auth_methods_supported: ['client_secret_post'],
    },
    async person(get) {
      const [user, emails] = await settleAll(
        get(`${api}/user`).then(jsonOf),
        get(`${api}/user/emails?per_page=100`).then(emailsOf),
      )
      const { id, login, name } = (user ?? {}) as Record<string, unknown>
      if (!Number.isSafeInteger(id) || Number(id) <= 0) throw new ProviderFailure('provider_error', 'sub')
      const person: Person = { issuer, subject: String(id), name, accountNames: [login] }
      return { ...person, email: emails.find(isUsable)?.email }
    },
  }
}

interface Email {
  readonly email?: unknown
  readonly primary?: unknown
  readonly verified?: unknown
}

/** GitHub's own `noreply` addresses receive no mail. */
const isUsable = ({ email, primary, verified }: Email) =>
  primary === true &&
  verified === true &&
  typeof email === 'string' &&
  !/@users\.noreply\.github\.com$/i.test(email)

/** A GitHub App without the permission to read emails gets 403 or 404. Then the person has none here. */
async function emailsOf(answer: Response): Promise<readonly Email[]> {
  if (answer.status === 403 || answer.status === 404) return []
  const list = await jsonOf(answer)
  if (!Array.isArray(list)) throw new ProviderFailure('provider_error', 'userinfo')
  return list.filter((each) => typeof each === 'object' && each !== null)
}

async function jsonOf(answer: Response): Promise<unknown> {
  if (answer.status !== 200) throw failureOfStatus(answer.status)
  return answer.json().catch(() => {
    throw new ProviderFailure('provider_error', 'content')
  })
}
