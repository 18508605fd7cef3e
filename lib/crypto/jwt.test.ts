import { createHmac, randomUUID, sign } from 'node:crypto'
import fc from 'fast-check'
import { testKeys } from '../../tools/testing/keys.ts'
import { parties } from '../../tools/testing/test-services.ts'
import { accessTokenIssuer, accessTokenVerifier } from './access-tokens.ts'
import { cursors } from './cursors.ts'
import { refreshTokens } from './refresh-tokens.ts'

const NOW = 1_800_000_000
const userId = randomUUID()
const family = { userId, sessionId: randomUUID() }
const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Every kind of signed token: how it is made, opened and signed. */
const kinds = {
  'access token': {
    make: () =>
      accessTokenIssuer(parties, testKeys).issue({
        ...family,
        ...{ roles: ['user'], withheldRoles: [], claimsVersion: 3, authTime: NOW, amr: ['pwd'], acr: 'aal1' },
        ...{ issuedAt: NOW, expiresAt: NOW + 900 },
      }),
    open: (token: string) => accessTokenVerifier(parties, testKeys).verify(token, NOW),
    sign: async (input: string) =>
      sign('sha256', Buffer.from(input), (await testKeys.signingKey()).key).toString('base64url'),
  },
  'refresh token': {
    make: () =>
      refreshTokens(testKeys).issue(
        { ...family, generation: 1, refreshRate: { since: NOW, refreshes: 0 }, expiresAt: NOW + 900 },
        NOW,
      ),
    open: (token: string) => refreshTokens(testKeys).verify(token, NOW),
    sign: signedWithSecret,
  },
  cursor: {
    make: () => cursors(testKeys).seal('position', 'asc', userId, NOW),
    open: (token: string) => cursors(testKeys).open(token, 'asc', userId, NOW),
    sign: signedWithSecret,
  },
}
async function signedWithSecret(input: string): Promise<string> {
  const { current } = await testKeys.refreshKeys()
  return createHmac('sha256', current.key).update(input).digest('base64url')
}

describe.each(Object.entries(kinds))('the text of our %s', (_, { make, open, sign }) => {
  it('has one spelling: no other base64url text of the same bytes is accepted', async () => {
    const token = await make()
    expect(await open(token)).toBeDefined()
    const parts = token.split('.')
    const character = fc.constantFrom(...base64url)
    await fc.assert(
      fc.asyncProperty(
        fc.nat(2),
        fc.string({ unit: character, minLength: 1, maxLength: 4 }),
        fc.nat(1),
        async (at, more, cut) => {
          const part = parts[at] ?? ''
          const changed = part.slice(0, part.length - cut) + more
          fc.pre(changed !== part)
          expect(await open(parts.with(at, changed).join('.'))).toBeUndefined()
        },
      ),
      { numRuns: 300 },
    )
  })

  it('has a header of strings: a list with one string is refused, even if we signed it', async () => {
    const [header = '', claims] = (await make()).split('.')
    const members = JSON.parse(Buffer.from(header, 'base64url').toString())
    const written = async (changed: object) => {
      const input = `${Buffer.from(JSON.stringify(changed)).toString('base64url')}.${claims}`
      return `${input}.${await sign(input)}`
    }
    expect(await open(await written(members))).toBeDefined()
    for (const name of ['alg', 'kid', 'typ']) {
      const wrapped = { ...members, [name]: [members[name]] }
      expect([name, await open(await written(wrapped))]).toEqual([name, undefined])
    }
  })
})
