import * as oauth from 'oauth4webapi'
import type { SocialFlow } from '../domain/social-ports.ts'
import { authenticated, type Client, registration } from './client.ts'
import type { Server } from './discovery.ts'
import { during } from './failures.ts'
import { jsonOf } from './json.ts'

/** Exchanges the code (RFC 6749 4.1.3, RFC 7636 4.5). */
export function exchange(
  client: Client,
  { metadata }: Server,
  { codeVerifier }: Pick<SocialFlow, 'codeVerifier'>,
  callback: URLSearchParams,
): Promise<Response> {
  const own = registration(client)
  return authenticated(client, metadata, (authentication) =>
    during('code', async () => {
      const { redirectUri, requests } = client
      const answer = await oauth
        .authorizationCodeGrantRequest(
          metadata,
          own,
          authentication,
          callback,
          redirectUri,
          codeVerifier,
          requests,
        )
        .then(withErrorStatus)
      // This throws for any other status.
      if (answer.status !== 200) await oauth.processAuthorizationCodeResponse(metadata, own, answer)
      return answer
    }),
  )
}

/** GitHub answers an error with 200. */
async function withErrorStatus(answer: Response): Promise<Response> {
  if (answer.status !== 200) return answer
  const body = await jsonOf(answer)
  return body.error ? Response.json(body, { status: 400 }) : answer
}
