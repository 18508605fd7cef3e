import { kindOf } from '../../../lib/domain/provider-settings.ts'
import { appleKeys, CLIENT_ID, CLIENT_SECRET } from '../../testing/providers/clients.ts'
import { type RunningProvider, TENANT } from '../../testing/providers/provider-options.ts'
import { startProvider } from '../../testing/providers/start-provider.ts'
import { providerFindings } from './providers.ts'
import { providerQuestions } from './token-endpoint.ts'

const OWN = 'http://localhost:3000'
const running: RunningProvider[] = []
afterEach(async () => {
  for (const each of running.splice(0)) await each.close()
})

/** What doctor says of a provider on this machine with a stored secret. */
async function finding(name: 'google' | 'apple' | 'github' | 'oidc', stored: string, path = '') {
  const provider = await startProvider(name, {
    clientId: CLIENT_ID,
    clientSecret: name === 'apple' ? appleKeys.publicKey : CLIENT_SECRET,
    redirectUris: [`${OWN}/auth/social/${name}/callback`],
  })
  running.push(provider)
  const settings = {
    ...{ name, kind: kindOf(name), label: name, clientId: CLIENT_ID, trustEmail: false },
    ...{ issuer: `${provider.issuer}${path}`, tenant: TENANT, teamId: 'ABCDE12345', keyId: 'FGHIJ67890' },
  }
  const secrets = { names: [name], values: new Map([[name, stored]]) }
  return (await providerFindings(providerQuestions(OWN), settings, OWN, secrets)).at(-1)
}

describe('the secret of a provider', () => {
  it.each(['google', 'github', 'oidc'] as const)(
    'that %s has given is accepted, and another one is not',
    async (name) => {
      expect(await finding(name, CLIENT_SECRET)).toEqual({
        grade: 'fine',
        says: `${name}: the provider accepts the secret`,
      })
      expect(await finding(name, 'a former secret')).toMatchObject({
        grade: 'wrong',
        says: expect.stringContaining('refuses'),
      })
    },
  )

  it('of Apple is a key that Apple knows', async () => {
    expect(await finding('apple', appleKeys.privateKey)).toMatchObject({
      says: 'apple: the provider accepts the secret',
    })
    expect(await finding('apple', 'no key')).toMatchObject({
      grade: 'wrong',
      says: 'apple: the secret cannot be used',
    })
  })
})

it('a provider that has no document at the address of the setting is wrong', async () => {
  expect(await finding('oidc', CLIENT_SECRET, '/realm')).toMatchObject({
    grade: 'wrong',
    mend: expect.stringContaining('OIDC_ISSUER must be the "issuer"'),
  })
})
