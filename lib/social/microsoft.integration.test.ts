import { clientOf } from '../../tools/testing/providers/clients.ts'
import { type Misbehaviour, misbehavingProvider } from '../../tools/testing/providers/misbehaving-provider.ts'
import { TENANT } from '../../tools/testing/providers/provider-options.ts'

const OTHER = '99999999-2222-4333-8444-555555555555'
const PERSONAL = '9188040d-6c67-4c5b-b112-36a304b66dad'

let provider: Awaited<ReturnType<typeof misbehavingProvider>>
beforeAll(async () => {
  provider = await misbehavingProvider()
})
afterAll(() => provider.close())

const of = (tenant: string) => `${provider.issuer}/${tenant}/v2.0`

/** How a login ends: with the issuer of the identity, or with the failed check. */
async function login(
  tenant: string,
  {
    document = tenant === 'common' || tenant === 'organizations' ? '{tenantid}' : tenant,
    tid = TENANT as unknown,
    iss = of(String(tid)),
    keyIssuer = of('{tenantid}') as string | null,
    callbackIss = undefined as string | undefined,
    ...more
  }: Record<string, unknown> & {
    document?: string
    iss?: string
    keyIssuer?: string | null
    callbackIss?: string | undefined
  } = {},
): Promise<string> {
  const misbehaviour: Misbehaviour = {
    discovery: (all) => ({ ...all, issuer: of(document) }),
    claims: (all) => ({ ...all, iss, tid, ...more }),
    keys: (keys) => keys.map((key) => ({ ...key, issuer: keyIssuer })),
  }
  provider.misbehave(misbehaviour)
  const { logIn } = clientOf({ kind: 'microsoft', issuer: provider.issuer, tenant })
  const { callback, identity } = await logIn(provider.browser)
  if (callbackIss) callback.set('iss', callbackIss)
  return identity().then(
    ({ issuer }) => issuer,
    ({ reason }: { reason: string }) => reason,
  )
}

describe('an ID token of Microsoft', () => {
  it('is accepted of each tenant that the setting allows, and of no other', async () => {
    expect(await login(TENANT)).toBe(of(TENANT))
    expect(await login(TENANT, { tid: OTHER })).toBe('tid')
    expect(await login('common')).toBe(of(TENANT))
    expect(await login('common', { tid: PERSONAL })).toBe(of(PERSONAL))
    expect(await login('organizations', { tid: OTHER })).toBe(of(OTHER))
    expect(await login('organizations', { tid: PERSONAL })).toBe('tid')
    expect(await login('consumers', { document: PERSONAL, tid: PERSONAL })).toBe(of(PERSONAL))
    expect(await login('consumers', { document: PERSONAL })).toBe('tid')
  })

  it('has the issuer that follows from its tenant', async () => {
    expect(await login('common', { iss: of(OTHER) })).toBe('iss')
    expect(await login('common', { iss: of('{tenantid}') })).toBe('iss')
    expect(await login(TENANT, { iss: of(OTHER) })).toBe('iss')
    for (const tid of [null, '', '{tenantid}', '../x', 7, [TENANT]])
      expect(await login('common', { tid })).toBe('tid')
  })

  it('is signed with a key of its issuer', async () => {
    expect(await login('common', { keyIssuer: of(TENANT) })).toBe(of(TENANT))
    expect(await login('common', { keyIssuer: of(OTHER) })).toBe('key_issuer')
    expect(await login('common', { keyIssuer: null })).toBe('key_issuer')
    expect(await login(TENANT, { keyIssuer: of(OTHER) })).toBe('key_issuer')
  })

  it('is of the issuer of the callback, if that is sent', async () => {
    expect(await login('common', { callbackIss: of(TENANT) })).toBe(of(TENANT))
    expect(await login('common', { callbackIss: of(OTHER) })).toBe('callback_iss')
    expect(await login('common', { callbackIss: 'https://other.example' })).toBe('tid')
    expect(await login('common', { callbackIss: `https://other.example/${TENANT}/v2.0` })).toBe(
      'callback_iss',
    )
    expect(await login(TENANT, { callbackIss: of(OTHER) })).toBe('tid')
  })

  it('is refused if the document is of another tenant', async () => {
    expect(await login('common', { document: OTHER }).catch(({ reason }) => reason)).toBe('discovery')
    expect(await login(TENANT, { document: OTHER }).catch(({ reason }) => reason)).toBe('discovery')
  })
})
