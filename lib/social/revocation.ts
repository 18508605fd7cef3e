import * as oauth from 'oauth4webapi'
import { authenticated, type Client, registration } from './client.ts'
import type { Server } from './discovery.ts'
import { during } from './failures.ts'

/** RFC 7009 2.1. A token that is not valid any more is a success too. */
export const revokeRefreshToken = (client: Client, { metadata }: Server, token: string): Promise<void> =>
  authenticated(client, metadata, (authentication) =>
    during('revocation', async () => {
      const answer = await oauth.revocationRequest(metadata, registration(client), authentication, token, {
        ...client.requests,
        additionalParameters: { token_type_hint: 'refresh_token' },
      })
      await oauth.processRevocationResponse(answer)
    }),
  )
