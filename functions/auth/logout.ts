import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { token } from '../../lib/contract/fields.ts'
import { endSession } from '../../lib/domain/sessions.ts'
import { clearedRefreshCookie } from '../../lib/lambda/cookies.ts'
import { route } from '../../lib/lambda/route.ts'
import { accessTokenVerifier, refreshTokens, sessions } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'POST',
  operationId: 'logout',
  path: '/auth/logout',
  access: 'public',
  summary: 'End the session',
  description:
    'Ends the session of the refresh token and that of the access token. One token is enough. A refresh token in the ' +
    'body takes precedence over the cookie. The cookie is cleared in any case. The access tokens of the session are ' +
    'refused from the next request on. A second logout is no error.',
  takesRefreshToken: true,
  body: z.strictObject({ refreshToken: z.optional(token) }),
  responses: { 204: null },
  needs: [
    'keys/access/public:GetParametersByPath',
    'keys/refresh:GetParametersByPath',
    'refresh-token-denylist:PutItem',
    'sessions:DeleteItem',
  ],
})

const factories = { sessions, accessTokenVerifier, refreshTokens }

export const handler = route(contract, factories, async ({ services, presented, reply }) => {
  const { refreshTokens, accessToken } = presented
  const [refreshToken, ...others] = refreshTokens
  await endSession(services, { refreshToken, accessToken })
  for (const other of others) await endSession(services, { refreshToken: other, accessToken: undefined })
  return reply(204, undefined, { cookie: clearedRefreshCookie })
})
