import * as oauth from 'oauth4webapi'
import { ProviderFailure, type SocialFlow } from '../domain/social-ports.ts'
import { type Client, registration } from './client.ts'
import type { Server } from './discovery.ts'
import { during } from './failures.ts'
import { checkedTokens, type Tokens } from './id-token.ts'
import type { Claims, OAuthProvider, OpenIdProvider, Person } from './provider.ts'

export interface Found extends Person {
  readonly refreshToken?: string | undefined
}

/** Who the person is, by the ID token; and by the userinfo endpoint, where it is needed. */
export async function personOfOpenId(
  client: Client,
  provider: OpenIdProvider,
  server: Server,
  flow: Pick<SocialFlow, 'nonce'>,
  answer: Response,
): Promise<Found> {
  const tokens = await checkedTokens(client, provider, server, flow, answer)
  const { claims, refreshToken } = tokens
  const needsMore = provider.readsUserInfo && claims.email === undefined && tokens.metadata.userinfo_endpoint
  const more = needsMore ? await userInfo(client, tokens) : {}
  return {
    issuer: claims.iss,
    subject: claims.sub,
    // Address and flag are of one document, never one of each.
    email: provider.verifiedEmail(claims.email === undefined ? more : claims),
    name: claims.name ?? more.name,
    accountNames: provider.accountNames({ ...more, ...claims }),
    ...(claims.auth_time !== undefined && { authTime: Math.floor(claims.auth_time) }),
    ...(provider.keepsRefreshToken && { refreshToken }),
  }
}

/** OpenID Connect Core 5.3. Its `sub` must be that of the ID token: an access token could be of somebody else. */
const userInfo = (client: Client, { accessToken, claims, metadata }: Tokens): Promise<Claims> =>
  during('userinfo', async () => {
    const own = registration(client)
    const answer = await oauth.userInfoRequest(metadata, own, accessToken, client.requests)
    // A JWT was not agreed on, and its signature would have to be checked.
    const isJson =
      answer.status !== 200 || /^application\/json\b/i.test(answer.headers.get('content-type') ?? '')
    if (!isJson) throw new ProviderFailure('provider_error', 'content')
    return oauth.processUserInfoResponse(metadata, own, claims.sub, answer)
  })

/** Who the person is, by the API of the provider. */
export async function personOfOAuth(
  client: Client,
  provider: OAuthProvider,
  { metadata }: Server,
  answer: Response,
): Promise<Found> {
  const tokens = await during('token', () =>
    oauth.processAuthorizationCodeResponse(metadata, registration(client), answer),
  )
  return provider.person((url) =>
    during('userinfo', () =>
      oauth.protectedResourceRequest(
        tokens.access_token,
        'GET',
        new URL(url),
        new Headers({ accept: 'application/json' }),
        null,
        client.requests,
      ),
    ),
  )
}
