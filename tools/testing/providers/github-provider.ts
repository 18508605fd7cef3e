import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { accountPage } from './account-page.ts'
import { type People, type ProviderOptions, peopleOf, type RunningProvider } from './provider-options.ts'

interface Grant {
  readonly id: string
  readonly redirectUri: string
  readonly challenge: string | null
}

/**
 * GitHub's endpoints, as its documentation describes them. Errors of the token endpoint have status 200:
 * https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
 * https://docs.github.com/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors
 */
export async function gitHubProvider({
  clientId,
  clientSecret,
  redirectUris,
  people = peopleOf.github,
  port = 0,
}: ProviderOptions): Promise<RunningProvider> {
  const codes = new Map<string, Grant>()
  const tokens = new Map<string, string>()
  const personOf = (request: IncomingMessage): People[string] | undefined => {
    const [, token = ''] = /^(?:Bearer|token) (.+)$/i.exec(request.headers.authorization ?? '') ?? []
    return request.headers['user-agent'] ? people[tokens.get(token) ?? ''] : undefined
  }

  const authorize = (query: URLSearchParams, url: string): { page: string } | { location: string } => {
    const redirectUri = query.get('redirect_uri') ?? ''
    if (query.get('client_id') !== clientId || !redirectUris.includes(redirectUri))
      return { page: 'Not Found' }
    const account = query.get('account')
    if (account === null) {
      const addressOf = (id: string) => `${url}&account=${id}`
      return { page: accountPage(Object.keys(people), addressOf, addressOf('')) }
    }
    const answer = new URL(redirectUri)
    answer.searchParams.set('state', query.get('state') ?? '')
    // RFC 9207, since 2026.
    answer.searchParams.set('iss', `${origin}/login/oauth`)
    if (!people[account]) {
      answer.searchParams.set('error', 'access_denied')
      answer.searchParams.set('error_description', 'The user has denied your application access.')
      return { location: answer.href }
    }
    const code = randomUUID().replaceAll('-', '').slice(0, 20)
    codes.set(code, { id: account, redirectUri, challenge: query.get('code_challenge') })
    answer.searchParams.set('code', code)
    return { location: answer.href }
  }

  const token = (body: URLSearchParams): object => {
    if (body.get('client_id') !== clientId || body.get('client_secret') !== clientSecret)
      return {
        error: 'incorrect_client_credentials',
        error_description: 'The client_id and/or client_secret ...',
      }
    const code = body.get('code') ?? ''
    const grant = codes.get(code)
    codes.delete(code)
    const verifier = createHash('sha256')
      .update(body.get('code_verifier') ?? '')
      .digest('base64url')
    if (!grant || (grant.challenge !== null && grant.challenge !== verifier))
      return { error: 'bad_verification_code', error_description: 'The code passed is incorrect or expired.' }
    if (body.get('redirect_uri') !== grant.redirectUri) return { error: 'redirect_uri_mismatch' }
    const access_token = `gho_${randomUUID()}`
    tokens.set(access_token, grant.id)
    return { access_token, scope: 'user:email', token_type: 'bearer' }
  }

  const server = createServer(async (request, response) => {
    const json = (body: object, status = 200) =>
      response
        .writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
        .end(JSON.stringify(body))
    const url = new URL(request.url ?? '/', origin)
    const person = personOf(request)
    const { emails, ...user } = person ?? {}
    switch (`${request.method} ${url.pathname}`) {
      case 'GET /login/oauth/authorize': {
        const answer = authorize(url.searchParams, url.href)
        return 'page' in answer
          ? response.writeHead(200, { 'content-type': 'text/html' }).end(answer.page)
          : response.writeHead(302, { location: answer.location }).end()
      }
      case 'POST /login/oauth/access_token':
        return json(token(new URLSearchParams(await text(request))))
      case 'GET /api/v3/user':
        return person ? json(user) : json({ message: 'Bad credentials' }, 401)
      case 'GET /api/v3/user/emails':
        if (!person) return json({ message: 'Bad credentials' }, 401)
        return emails ? json(emails) : json({ message: 'Resource not accessible by integration' }, 403)
      default:
        return json({ message: 'Not Found' }, 404)
    }
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    issuer: origin,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
