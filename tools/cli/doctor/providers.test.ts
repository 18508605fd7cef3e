import type { ProviderSettings } from '../../../lib/domain/provider-settings.ts'
import { ProviderFailure, type ProviderFailureReason } from '../../../lib/domain/social-ports.ts'
import { memoryParameters } from '../../testing/keys.ts'
import { providerFindings, type StoredSecrets, storedSecrets } from './providers.ts'
import { type ProviderQuestions, providerQuestions } from './token-endpoint.ts'

const acme: ProviderSettings = {
  name: 'acme',
  kind: 'oidc',
  label: 'Acme Inc.',
  clientId: 'x',
  issuer: 'https://acme.example',
  trustEmail: false,
}
const stored: StoredSecrets = { names: ['acme'], values: new Map([['acme', 'right']]) }
const failure = (
  reason: ProviderFailureReason,
  code: 'provider_error' | 'provider_unavailable' = 'provider_error',
) => new ProviderFailure(code, reason)

/** A provider that checks the secret before the code. */
const ask: ProviderQuestions = {
  discovery: async () => undefined,
  exchange: async (_, secret) => failure(secret === 'right' ? 'code' : 'client'),
}
const found = (change: Partial<ProviderQuestions> = {}, secrets: StoredSecrets | undefined = stored) =>
  providerFindings({ ...ask, ...change }, acme, 'https://auth.example.com', secrets)
const last = async (...asked: Parameters<typeof found>) => (await found(...asked)).at(-1)

describe('a provider', () => {
  it('gets its redirect address, its discovery document and its secret checked', async () => {
    expect(await found()).toEqual([
      {
        grade: 'fine',
        says: 'acme: Acme Inc. must know this redirect address: https://auth.example.com/auth/social/acme/callback',
      },
      { grade: 'fine', says: 'acme: the issuer of its discovery document is the expected one' },
      { grade: 'fine', says: 'acme: the provider accepts the secret' },
    ])
  })

  it('of a stage that is not deployed has no secret yet', async () => {
    expect(await providerFindings(ask, acme, 'https://auth.example.com')).toHaveLength(2)
  })

  it('whose discovery document has another issuer is wrong, and one that does not answer is doubtful', async () => {
    expect(await last({ discovery: async () => failure('discovery') })).toMatchObject({
      grade: 'wrong',
      mend: expect.stringContaining('ACME_ISSUER must be the "issuer"'),
    })
    expect(await last({ discovery: async () => failure('timeout', 'provider_unavailable') })).toMatchObject({
      grade: 'doubtful',
      says: expect.stringContaining('timeout'),
    })
  })

  it.each<[string, StoredSecrets, Partial<ProviderQuestions>, string, RegExp]>([
    ['is missing', { names: [] }, {}, 'wrong', /there is no secret/],
    [
      'is refused',
      { ...stored, values: new Map([['acme', 'former']]) },
      {},
      'wrong',
      /refuses the client id or the secret/,
    ],
    ['has a wrong form', stored, { exchange: async () => failure('secret') }, 'wrong', /cannot be used/],
    [
      'cannot be read with these credentials',
      { names: ['acme'] },
      {},
      'fine',
      /cannot read it, so it was not tried/,
    ],
    ['is not looked at', stored, { exchange: async () => failure('code') }, 'fine', /shows only in a login/],
    [
      'meets an outage',
      stored,
      { exchange: async () => failure('status', 'provider_unavailable') },
      'doubtful',
      /token endpoint fails/,
    ],
  ])('whose secret %s says so', async (_, secrets, change, grade, says) => {
    const finding = await last(change, secrets)
    expect(finding).toMatchObject({ grade, says: expect.stringMatching(says) })
    expect(grade === 'fine' || finding?.mend).toBeTruthy()
  })

  it('of GitHub has no discovery document', async () => {
    const github = { ...acme, name: 'github', kind: 'github', issuer: undefined } as const
    const discovery = () => Promise.reject(new Error('asked'))
    expect(await providerFindings({ ...ask, discovery }, github, 'https://auth.example.com')).toHaveLength(2)
  })
})

describe('the secrets of a stage', () => {
  const listed = async () => [{ number: 'acme', madeAt: 0, value: undefined }]

  it('are read if the caller may decrypt them', async () => {
    const parameters = memoryParameters(new Map([['providers/acme', 'right']]))
    expect(await storedSecrets({ listed }, parameters)).toEqual(stored)
    const below = () => Promise.reject(new Error('SSM refused GetParametersByPath: AccessDeniedException'))
    expect(await storedSecrets({ listed }, { below })).toEqual({ names: ['acme'], values: undefined })
  })
})

describe('a question to a provider', () => {
  it('is not sent to an address that is not public', async () => {
    const inside = { ...acme, issuer: 'https://10.0.0.1' }
    expect(await providerQuestions('https://auth.example.com').discovery(inside)).toMatchObject({
      reason: 'address',
    })
  })
})
