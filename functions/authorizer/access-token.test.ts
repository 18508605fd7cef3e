import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda'
import { Refusal } from '../../lib/domain/refusal.ts'
import { capturedLog } from '../../tools/testing/captured-log.ts'
import { context, eventOf } from '../../tools/testing/events.ts'
import { gateway } from '../../tools/testing/gateway.ts'
import { logIn, signedUp } from '../../tools/testing/people.ts'
import { world } from '../../tools/testing/world.ts'
import { handler } from './access-token.ts'

const withAda = async () => {
  const parts = world()
  const api = gateway(parts)
  const { user } = (await signedUp(api)).body
  const { accessToken, refreshToken } = (await logIn(api)).body
  const [session] = [...parts.tables.sessions.values()]
  return { parts, user, accessToken, refreshToken, sessionId: session?.id ?? '' }
}

const decide = (parts: Parameters<typeof handler.over>[0], headers: Record<string, string> | undefined) => {
  const event = { ...eventOf('GET /users/me', {}), headers } as unknown as APIGatewayRequestAuthorizerEventV2
  return handler.over(parts)(event, context())
}

describe('the authorizer', () => {
  it('says who a good token speaks for', async () => {
    const { parts, user, accessToken, sessionId } = await withAda()
    expect(await decide(parts, { authorization: `Bearer ${accessToken}` })).toEqual({
      isAuthorized: true,
      context: {
        userId: user.id,
        sessionId,
        roles: ['user'],
        claimsVersion: 1,
        expiresAt: parts.clock.now() + 900,
      },
    })
  })

  it('takes the header and the scheme in any case', async () => {
    const { parts, accessToken } = await withAda()
    for (const headers of [
      { Authorization: `bearer ${accessToken}` },
      { AUTHORIZATION: `BEARER ${accessToken}` },
      { authorization: `Bearer    ${accessToken}` },
    ]) {
      expect(await decide(parts, headers)).toMatchObject({ isAuthorized: true })
    }
  })

  it('throws Unauthorized, and nothing else, whatever is wrong with the token', async () => {
    const { parts, accessToken, refreshToken } = await withAda()
    const wrong = [
      undefined,
      {},
      ...[
        '',
        'Bearer',
        'Bearer ',
        accessToken,
        `Basic ${accessToken}`,
        `Bearer\t${accessToken}`,
        `Bearer \u00a0${accessToken}`,
      ].map(only),
      ...[
        `Bearer ${accessToken} `,
        `Bearer ${accessToken},Bearer ${accessToken}`,
        `Bearer ${refreshToken}`,
      ].map(only),
      ...[
        `Bearer ${accessToken.slice(0, -5)}`,
        'Bearer ..',
        `Bearer ${'.'.repeat(9000)}`,
        'Bearer \u0000',
      ].map(only),
      { authorization: `Bearer ${accessToken}`, Authorization: `Bearer ${accessToken}` },
      { 'x-authorization': `Bearer ${accessToken}` },
      { cookie: `Authorization=Bearer ${accessToken}` },
    ]
    for (const headers of wrong) {
      await expect(decide(parts, headers)).rejects.toMatchObject({ message: 'Unauthorized', stack: '' })
    }
  })

  it('throws Unauthorized for a token that has expired, was revoked, or has claims of yesterday', async () => {
    const { parts, accessToken, sessionId, user } = await withAda()
    const headers = only(`Bearer ${accessToken}`)
    parts.tables.revokedFamilies.set(sessionId, parts.clock.now())
    await expect(decide(parts, headers)).rejects.toThrow(/^Unauthorized$/)
    parts.tables.revokedFamilies.clear()
    parts.tables.revokedClaims.set(user.id, 2)
    await expect(decide(parts, headers)).rejects.toThrow(/^Unauthorized$/)
    parts.tables.revokedClaims.clear()
    expect(await decide(parts, headers)).toMatchObject({ isAuthorized: true })
    parts.clock.advance(900)
    await expect(decide(parts, headers)).rejects.toThrow(/^Unauthorized$/)
  })

  it('logs whom a revoked token was of, which its signature has proven, and of a forged one nobody', async () => {
    const parts = world()
    const api = gateway(parts)
    const { id } = (await signedUp(api)).body.user
    const login = await logIn(api)
    await api('POST /auth/logout', { body: { refreshToken: login.body.refreshToken } })
    const call = (authorization: string) =>
      capturedLog(() => api('GET /users/me', { headers: { authorization } }))
    const token = `Bearer ${login.body.accessToken}`
    const denied = { type: 'access.denied', reason: 'unauthorized', actor: 'anonymous' }
    const revoked = await call(token)
    expect(revoked.entries).toMatchObject([{ ...denied, userId: id }])
    const forged = await call(`${token.slice(0, -4)}AAAA`)
    expect(forged.entries).toMatchObject([denied])
    expect(forged.entries[0]).not.toHaveProperty('userId')
  })

  it('does not ask the store about a token that is not good', async () => {
    const { parts } = await withAda()
    const denies = jest.fn()
    await expect(decide({ ...parts, denylist: { denies } }, only('Bearer a.b.c'))).rejects.toThrow(
      'Unauthorized',
    )
    expect(denies).not.toHaveBeenCalled()
  })

  it('throws another error if the store or the keys do not answer: admitted is nobody', async () => {
    const { parts, accessToken } = await withAda()
    const broken = [
      {
        ...parts,
        denylist: {
          denies: () => Promise.reject(new Refusal('unavailable', { cause: new Error('throttled') })),
        },
      },
      { ...parts, accessTokenVerifier: { verify: () => Promise.reject(new Error('no keys')) } },
    ]
    for (const each of broken) {
      const { result, entries } = await capturedLog(() =>
        decide(each, only(`Bearer ${accessToken}`)).catch((error: Error) => error.message),
      )
      expect(result).toBe('The authorizer could not decide')
      expect(entries).toMatchObject([{ level: 'error', type: 'authorizer.failed' }])
    }
  })

  it('without settings admits nobody', async () => {
    const event = eventOf('GET /users/me', {
      headers: only('Bearer a.b.c'),
    }) as unknown as APIGatewayRequestAuthorizerEventV2
    const { result } = await capturedLog(() =>
      handler(event, context()).catch((error: Error) => error.message),
    )
    expect(result).toBe('The authorizer could not decide')
  })
})

function only(authorization: string) {
  return { authorization }
}
