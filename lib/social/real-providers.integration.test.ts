import {
  appleKeys,
  CLIENT_ID,
  CLIENT_SECRET,
  clientOf,
  newFlow,
  OWN_ISSUER,
} from '../../tools/testing/providers/clients.ts'
import { logIn } from '../../tools/testing/providers/log-in.ts'
import {
  type ProviderKind,
  type RunningProvider,
  TENANT,
} from '../../tools/testing/providers/provider-options.ts'
import { startProvider } from '../../tools/testing/providers/start-provider.ts'

/** One provider of each kind, started when a test needs it. */
const running = new Map<ProviderKind, Promise<RunningProvider>>()
afterAll(async () => {
  for (const each of running.values()) await (await each).close()
})

function started(kind: ProviderKind): Promise<RunningProvider> {
  const provider =
    running.get(kind) ??
    startProvider(kind, {
      clientId: CLIENT_ID,
      clientSecret: kind === 'apple' ? appleKeys.publicKey : CLIENT_SECRET,
      redirectUris: [`${OWN_ISSUER}/auth/social/${kind}/callback`],
    })
  running.set(kind, provider)
  return provider
}
const as = (account: string) => (address: string) => logIn(address, account)

describe('a login with a provider like Google', () => {
  it('gives who the person is, and only an email that Google is authoritative for', async () => {
    const { issuer } = await started('google')
    const { logIn } = clientOf({ kind: 'google', issuer })
    const ada = await logIn(as('ada'))
    expect(await ada.identity()).toEqual({
      provider: 'google',
      issuer,
      subject: 'ada',
      email: 'ada@gmail.com',
      name: 'Ada Lovelace',
      accountName: 'Ada@gmail.com',
    })
    const bob = await logIn(as('bob'))
    expect(await bob.identity()).toEqual({
      provider: 'google',
      issuer,
      subject: 'bob',
      name: 'Bob',
      accountName: 'bob@elsewhere.example',
    })
  })

  it('takes a code once, and only with the verifier of its flow', async () => {
    const { issuer } = await started('google')
    const { providers, logIn } = clientOf({ kind: 'google', issuer })
    const { flow, callback } = await logIn(as('ada'))
    const stolen = { ...flow, codeVerifier: flow.codeVerifier.split('').reverse().join('') }
    await expect(providers.identityOf(stolen, callback)).rejects.toMatchObject({ reason: 'code' })
    const again = await logIn(as('ada'))
    await again.identity()
    await expect(again.identity()).rejects.toMatchObject({ code: 'provider_error', reason: 'code' })
  })

  it('says when the person logged in, if it was asked for', async () => {
    const { issuer } = await started('google')
    const { logIn } = clientOf({ kind: 'google', issuer })
    const { identity } = await logIn(as('ada'), { purpose: 'reauthentication' })
    const { authTime } = await identity()
    expect(Math.abs(Number(authTime) - Date.now() / 1000)).toBeLessThan(60)
  })

  it('that the person cancels is no error', async () => {
    const { issuer } = await started('google')
    const { identity } = await clientOf({ kind: 'google', issuer }).logIn(as(''))
    await expect(identity()).rejects.toMatchObject({ code: 'access_denied', reason: 'cancelled' })
  })
})

describe('a login with a provider like Microsoft Entra', () => {
  it.each([TENANT, 'common', 'organizations'])('works for the tenant %s', async (tenant) => {
    const { issuer } = await started('microsoft')
    const { logIn } = clientOf({ kind: 'microsoft', issuer, tenant })
    expect(await (await logIn(as('ada'))).identity()).toEqual({
      provider: 'microsoft',
      issuer: `${issuer}/${TENANT}/v2.0`,
      subject: 'ada',
      email: 'ada@contoso.example',
      name: 'Ada Lovelace',
      accountName: 'ada@contoso.example',
      authTime: expect.any(Number),
    })
    const bob = await (await logIn(as('bob'))).identity()
    expect(bob).toMatchObject({ subject: 'bob', accountName: 'bob@contoso.example' })
    expect(bob).not.toHaveProperty('email')
  })

  it('that must happen now asks with `prompt`: with `max_age=0`, the ID token would end in its first second', async () => {
    const { issuer } = await started('microsoft')
    const { providers, logIn } = clientOf({ kind: 'microsoft', issuer, tenant: TENANT })
    const address = await providers.authorizationUrl('microsoft', {
      ...newFlow('microsoft'),
      purpose: 'reauthentication',
    })
    const { searchParams } = new URL(address)
    expect([searchParams.get('prompt'), searchParams.get('max_age')]).toEqual(['login', null])
    const { authTime } = await (await logIn(as('ada'), { purpose: 'reauthentication' })).identity()
    expect(Math.abs(Number(authTime) - Date.now() / 1000)).toBeLessThan(60)
  })

  it('is refused for a tenant that the setting does not allow', async () => {
    const { issuer } = await started('microsoft')
    const { providers, logIn } = clientOf({ kind: 'microsoft', issuer, tenant: 'common' })
    const { flow, callback } = await logIn(as('ada'))
    const own = clientOf({ kind: 'microsoft', issuer, tenant: 'consumers' }).providers
    await expect(own.identityOf(flow, callback)).rejects.toMatchObject({ reason: 'discovery' })
    await expect(providers.identityOf(flow, callback)).resolves.toMatchObject({ subject: 'ada' })
  })
})

describe('a login with a provider like Apple', () => {
  it('keeps the name of the first login, and a sealed refresh token that can be revoked', async () => {
    const { issuer } = await started('apple')
    const { providers, logIn } = clientOf({
      kind: 'apple',
      issuer,
      teamId: 'TEAM123456',
      keyId: 'KEY1234567',
    })
    const first = await logIn(as('ada'))
    expect(JSON.parse(first.callback.get('user') ?? '')).toMatchObject({ name: { firstName: 'Ada' } })
    const identity = await providers.identityOf({ ...first.flow, name: ' Ada Lovelace ' }, first.callback)
    expect(identity).toEqual({
      provider: 'apple',
      issuer,
      subject: 'ada',
      email: 'x7@privaterelay.appleid.com',
      name: 'Ada Lovelace',
      accountName: 'x7@privaterelay.appleid.com',
      authTime: expect.any(Number),
      sealedRefreshToken: expect.stringMatching(/^[\da-f]{12}\.[\w-]+$/),
    })
    await providers.revoke(identity)
    await providers.revoke(identity)
    await expect(providers.revoke({ ...identity, subject: 'bob' })).rejects.toMatchObject({
      code: 'unavailable',
      reason: 'secret',
    })
    const removed = clientOf({ kind: 'google', issuer }).providers
    await expect(removed.revoke(identity)).rejects.toMatchObject({ reason: 'revocation' })
    await removed.revoke({ provider: 'apple', subject: 'ada' })
    expect((await logIn(as('ada'))).callback.has('user')).toBe(false)
  })
})

describe('a login with any OpenID Connect provider', () => {
  it.each([
    [true, { email: 'ada@acme.example' }],
    [false, {}],
  ])('believes its emails only if the setting is true: %s', async (trustEmail, email) => {
    const { issuer } = await started('oidc')
    const { logIn } = clientOf({ kind: 'oidc', issuer, trustEmail })
    expect(await (await logIn(as('ada'))).identity()).toEqual({
      provider: 'oidc',
      issuer,
      subject: 'ada',
      name: 'Ada Lovelace',
      accountName: 'ada',
      ...email,
    })
    expect(await (await logIn(as('bob'))).identity()).not.toHaveProperty('email')
  })
})

it.each([
  ['google', 'openid email profile'],
  ['microsoft', 'openid email profile'],
  ['apple', 'openid email name'],
  ['oidc', 'openid email profile'],
  ['github', 'user:email'],
] as const)('asks for no more than identity, email and name: %s', async (kind, scope) => {
  const { issuer } = await started(kind)
  const { providers } = clientOf({ kind, issuer, tenant: TENANT })
  const { searchParams } = new URL(await providers.authorizationUrl(kind, newFlow(kind)))
  expect(searchParams.get('scope')).toBe(scope)
})

describe('the choice of an account', () => {
  it.each([
    ['google', 'select_account'],
    ['microsoft', 'select_account'],
    // Its discovery document says that it can.
    ['oidc', 'select_account'],
    ['github', 'select_account'],
  ] as const)('is asked of %s by prompt=%s', async (kind, prompt) => {
    const { issuer } = await started(kind)
    const { providers } = clientOf({ kind, issuer, tenant: TENANT })
    const { searchParams } = new URL(await providers.authorizationUrl(kind, newFlow(kind)))
    expect([searchParams.get('prompt'), searchParams.get('max_age')]).toEqual([prompt, null])
  })

  it('is not asked of a provider that does not know it, and would refuse the login', async () => {
    const redirectUris = [`${OWN_ISSUER}/auth/social/oidc/callback`]
    const options = { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, redirectUris, choosesAccount: false }
    const provider = await startProvider('oidc', options)
    const { providers, logIn } = clientOf({ kind: 'oidc', issuer: provider.issuer })
    expect(await (await logIn(as('ada'))).identity()).toMatchObject({ subject: 'ada' })
    // A link asks for a login instead.
    const link = { ...newFlow('oidc'), purpose: 'link' } as const
    expect(new URL(await providers.authorizationUrl('oidc', link)).searchParams.get('prompt')).toBe('login')
    expect(await (await logIn(as('ada'), { purpose: 'link' })).identity()).toMatchObject({ subject: 'ada' })
    const { callback } = await logIn((address) => as('ada')(`${address}&prompt=select_account`))
    expect(callback.get('error')).toBe('invalid_request')
    await provider.close()
  })
})

describe('a login with GitHub', () => {
  it('gives the number of the account, and the primary email that is verified and receives mail', async () => {
    const { issuer } = await started('github')
    const { logIn } = clientOf({ kind: 'github', issuer })
    const ada = { provider: 'github', issuer, subject: '1', name: 'Ada Lovelace', accountName: 'ada' }
    expect(await (await logIn(as('ada'))).identity()).toEqual({ ...ada, email: 'ada@example.com' })
    const bob = { provider: 'github', issuer, subject: '2', accountName: 'bob-b' }
    expect(await (await logIn(as('bob'))).identity()).toEqual(bob)
    await expect((await logIn(as(''))).identity()).rejects.toMatchObject({ code: 'access_denied' })
  })

  it('takes a code once, and only with the verifier of its flow', async () => {
    const { issuer } = await started('github')
    const { providers, logIn } = clientOf({ kind: 'github', issuer })
    const { flow, callback } = await logIn(as('ada'))
    const stolen = { ...flow, codeVerifier: 'x'.repeat(43) }
    await expect(providers.identityOf(stolen, callback)).rejects.toMatchObject({ reason: 'code' })
    const again = await logIn(as('ada'))
    await again.identity()
    await expect(again.identity()).rejects.toMatchObject({ code: 'provider_error', reason: 'code' })
  })
})

describe('a client secret', () => {
  it.each(['google', 'oidc', 'github'] as const)(
    'that %s refuses is read again, and the new one is tried once',
    async (kind) => {
      const { issuer } = await started(kind)
      const asked: (string | undefined)[] = []
      const secrets = (second: string) => ({
        async secretOf(_: string, refused?: string) {
          asked.push(refused)
          return refused === undefined ? 'the former secret' : second
        },
      })
      const changed = clientOf({ kind, issuer }, { secrets: secrets(CLIENT_SECRET) })
      expect(await (await changed.logIn(as('ada'))).identity()).toMatchObject({ provider: kind })
      expect(asked).toEqual([undefined, 'the former secret'])
      for (const second of ['the former secret', 'also wrong']) {
        const wrong = clientOf({ kind, issuer }, { secrets: secrets(second) })
        await expect((await wrong.logIn(as('ada'))).identity()).rejects.toMatchObject({
          code: 'provider_error',
          reason: 'client',
        })
      }
    },
  )
})
