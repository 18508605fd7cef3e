import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda'
import { Refusal } from '../../lib/domain/refusal.ts'
import { capturedLog } from '../../tools/testing/captured-log.ts'
import { context, eventOf } from '../../tools/testing/events.ts'
import { gateway } from '../../tools/testing/gateway.ts'
import { testServices } from '../../tools/testing/test-services.ts'
import { logIn, signedUp } from '../../tools/testing/test-users.ts'
import { handler } from './access-token.ts'

const withAda = async () => {
  const services = testServices()
  const api = gateway(services)
  const { user } = (await signedUp(api)).body
  const { accessToken, refreshToken } = (await logIn(api)).body
  const [session] = [...services.tables.sessions.values()]
  return { services, user, accessToken, refreshToken, sessionId: session?.id ?? '' }
}

const decide = (
  services: Parameters<typeof handler.over>[0],
  headers: Record<string, string> | undefined,
) => {
  const event = { ...eventOf('GET /users/me', {}), headers } as unknown as APIGatewayRequestAuthorizerEventV2
  return handler.over(services)(event, context())
}

describe('the authorizer', () => {
  it('answers whom a valid token belongs to', async () => {
    const { services, user, accessToken, sessionId } = await withAda()
    expect(await decide(services, { authorization: `Bearer ${accessToken}` })).toEqual({
      isAuthorized: true,
      context: {
        userId: user.id,
        sessionId,
        roles: ['user'],
        claimsVersion: 1,
        expiresAt: services.clock.now() + 900,
        authTime: services.clock.now(),
        acr: 'aal1',
      },
    })
  })

  it('accepts the header and the scheme in any case', async () => {
    const { services, accessToken } = await withAda()
    for (const headers of [
      { Authorization: `bearer ${accessToken}` },
      { AUTHORIZATION: `BEARER ${accessToken}` },
      { authorization: `Bearer    ${accessToken}` },
    ]) {
      expect(await decide(services, headers)).toMatchObject({ isAuthorized: true })
    }
  })

  it('throws exactly Unauthorized for every malformed or misplaced token', async () => {
    const { services, accessToken, refreshToken } = await withAda()
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
      await expect(decide(services, headers)).rejects.toMatchObject({ message: 'Unauthorized', stack: '' })
    }
  })

  it('throws Unauthorized for an expired token, a revoked session, and an outdated claims version', async () => {
    const { services, accessToken, sessionId, user } = await withAda()
    const headers = only(`Bearer ${accessToken}`)
    services.tables.revokedFamilies.set(sessionId, services.clock.now())
    await expect(decide(services, headers)).rejects.toThrow(/^Unauthorized$/)
    services.tables.revokedFamilies.clear()
    services.tables.revokedClaims.set(user.id, 2)
    await expect(decide(services, headers)).rejects.toThrow(/^Unauthorized$/)
    services.tables.revokedClaims.clear()
    expect(await decide(services, headers)).toMatchObject({ isAuthorized: true })
    services.clock.advance(900)
    await expect(decide(services, headers)).rejects.toThrow(/^Unauthorized$/)
  })

  it('logs the user of a revoked token, whose signature is valid, but none for a forged token', async () => {
    const services = testServices()
    const api = gateway(services)
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

  it('does not ask the store about an invalid token', async () => {
    const { services } = await withAda()
    const denies = jest.fn()
    await expect(decide({ ...services, denylist: { denies } }, only('Bearer a.b.c'))).rejects.toThrow(
      'Unauthorized',
    )
    expect(denies).not.toHaveBeenCalled()
  })

  it('throws another error if the store or the keys fail, and admits no request', async () => {
    const { services, accessToken } = await withAda()
    const broken = [
      {
        ...services,
        denylist: {
          denies: () => Promise.reject(new Refusal('unavailable', { cause: new Error('throttled') })),
        },
      },
      { ...services, accessTokenVerifier: { verify: () => Promise.reject(new Error('no keys')) } },
    ]
    for (const each of broken) {
      const { result, entries } = await capturedLog(() =>
        decide(each, only(`Bearer ${accessToken}`)).catch((error: Error) => error.message),
      )
      expect(result).toBe('The authorizer could not decide')
      expect(entries).toMatchObject([{ level: 'error', type: 'authorizer.failed' }])
    }
  })

  it('admits no request without settings', async () => {
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
