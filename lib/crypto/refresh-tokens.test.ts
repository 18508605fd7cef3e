import { randomUUID } from 'node:crypto'
import jwt from 'jsonwebtoken'
import { keptBelow, keysWith, testKeys } from '../../tools/testing/keys.ts'
import { parties } from '../../tools/testing/test-services.ts'
import { accessTokenIssuer } from './access-tokens.ts'
import { newSecret } from './key-material.ts'
import { refreshTokens } from './refresh-tokens.ts'

const NOW = 1_800_000_000
const tokens = refreshTokens(testKeys)
const claims = {
  userId: randomUUID(),
  sessionId: randomUUID(),
  generation: 4,
  refreshRate: { since: NOW, refreshes: 3 },
  expiresAt: NOW + 5000,
}

const forged = async (change: object, typ = 'rt+jwt') => {
  const { current } = await testKeys.refreshKeys()
  const { userId: sub, sessionId: sid, generation: gen, expiresAt: exp } = claims
  return jwt.sign({ sub, sid, gen, refreshRate: [NOW, 3], iat: NOW, exp, ...change }, current.key, {
    algorithm: 'HS256',
    keyid: current.kid,
    header: { alg: 'HS256', typ },
  })
}

describe('a refresh token', () => {
  it('returns what it was issued for, until its family ends', async () => {
    const token = await tokens.issue(claims, NOW)
    expect(await tokens.verify(token, NOW)).toEqual(claims)
    expect(await tokens.verify(token, NOW + 4999)).toEqual(claims)
    expect(await tokens.verify(token, NOW + 5000)).toBeUndefined()
  })

  it('is verified with a retired key while that key is stored', async () => {
    const token = await tokens.issue(claims, NOW)
    const newer = newSecret(NOW).secret
    const rotated = await keysWith({ refresh: [...(await keptBelow('refresh')), newer] })
    const dropped = await keysWith({ refresh: [newer] })
    expect(await refreshTokens(rotated).verify(token, NOW)).toEqual(claims)
    expect(await refreshTokens(dropped).verify(token, NOW)).toBeUndefined()
  })

  it('is refused as an access token, and an access token is refused as a refresh token', async () => {
    const { userId, sessionId } = claims
    const access = await accessTokenIssuer(parties, testKeys).issue({
      userId,
      sessionId,
      roles: ['user'],
      withheldRoles: [],
      claimsVersion: 1,
      authTime: NOW,
      amr: ['pwd'],
      acr: 'aal1',
      issuedAt: NOW,
      expiresAt: NOW + 900,
    })
    expect(await tokens.verify(access, NOW)).toBeUndefined()
    expect(await tokens.verify(await forged({}, 'at+jwt'), NOW)).toBeUndefined()
    expect(await tokens.verify(await forged({}, 'JWT'), NOW)).toBeUndefined()
  })

  it.each<[string, object]>([
    ['a user that is not an id', { sub: { $ne: null } }],
    ['a session that is not an id', { sid: '../../x' }],
    ['no generation', { gen: undefined }],
    ['a generation of zero', { gen: 0 }],
    ['a fractional generation', { gen: 1.5 }],
    ['a generation as text', { gen: '4' }],
    ['an unsafe integer as generation', { gen: 2 ** 60 }],
    ['no refresh rate', { refreshRate: undefined }],
    ['a refresh rate without a start', { refreshRate: [0, 3] }],
    ['a refresh rate without a count', { refreshRate: [1_800_000_000] }],
    ['a refresh rate as text', { refreshRate: ['1800000000', '3'] }],
  ])('with %s is refused', async (_, change) => {
    expect(await tokens.verify(await forged({}), NOW)).toEqual(claims)
    expect(await tokens.verify(await forged(change), NOW)).toBeUndefined()
  })

  it('without an expiry is refused', async () => {
    const { current } = await testKeys.refreshKeys()
    const { userId: sub, sessionId: sid, generation: gen } = claims
    const endless = jwt.sign({ sub, sid, gen, iat: NOW }, current.key, {
      keyid: current.kid,
      header: { alg: 'HS256', typ: 'rt+jwt' },
    })
    expect(await tokens.verify(endless, NOW)).toBeUndefined()
  })
})
