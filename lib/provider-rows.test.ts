import { deploySettings } from '../tools/deploy/settings.ts'
import { settings } from './config.ts'
import { callbackAddress } from './domain/provider-settings.ts'
import { providerEnvironment, readProviders, rowsOfProvider, rowsOfProviders } from './provider-rows.ts'

const tenant = '9188040d-6c67-4c5b-b112-36a304b66dad'
const all = {
  ISSUER: 'https://auth.example.com',
  PROVIDERS: 'google, microsoft,apple,github,acme',
  GOOGLE_CLIENT_ID: '1-a.apps.googleusercontent.com',
  MICROSOFT_CLIENT_ID: 'b',
  MICROSOFT_TENANT: tenant,
  APPLE_CLIENT_ID: 'com.example.web',
  APPLE_TEAM_ID: 'ABCDE12345',
  APPLE_KEY_ID: 'FGHIJ67890',
  GITHUB_CLIENT_ID: 'c',
  ACME_CLIENT_ID: 'd',
  ACME_ISSUER: 'https://acme.example/',
  ACME_LABEL: 'Acme Inc.',
  ACME_TRUST_EMAIL: 'true',
}

describe('the settings of providers', () => {
  it('follow from PROVIDERS, in its order', () => {
    const { values, problems } = readProviders(all)
    expect(problems).toEqual([])
    const given = { issuer: undefined, trustEmail: false }
    expect(values).toEqual([
      { ...given, name: 'google', kind: 'google', label: 'Google', clientId: all.GOOGLE_CLIENT_ID },
      { ...given, name: 'microsoft', kind: 'microsoft', label: 'Microsoft', clientId: 'b', tenant },
      {
        ...given,
        name: 'apple',
        kind: 'apple',
        label: 'Apple',
        clientId: 'com.example.web',
        teamId: 'ABCDE12345',
        keyId: 'FGHIJ67890',
      },
      { ...given, name: 'github', kind: 'github', label: 'GitHub', clientId: 'c' },
      {
        name: 'acme',
        kind: 'oidc',
        label: 'Acme Inc.',
        clientId: 'd',
        issuer: 'https://acme.example/',
        trustEmail: true,
      },
    ])
  })

  it('of a provider of another name need an issuer; its emails are not trusted', () => {
    const env = { PROVIDERS: 'okta', OKTA_CLIENT_ID: 'x', OKTA_ISSUER: 'https://acme.okta.example' }
    expect(readProviders(env).values).toMatchObject([{ kind: 'oidc', label: 'Okta', trustEmail: false }])
  })

  it('are all named that are missing', () => {
    const { problems } = readProviders({ PROVIDERS: all.PROVIDERS })
    expect(problems).toEqual(
      [
        'GOOGLE_CLIENT_ID',
        'MICROSOFT_CLIENT_ID',
        'MICROSOFT_TENANT',
        'APPLE_CLIENT_ID',
        'APPLE_TEAM_ID',
        'APPLE_KEY_ID',
        'GITHUB_CLIENT_ID',
        'ACME_CLIENT_ID',
        'ACME_ISSUER',
      ].map((name) => `${name} must be set`),
    )
  })

  it.each([
    ['GOOGLE_CLIENT_ID', 'two words'],
    ['GOOGLE_ISSUER', 'https://accounts.example'],
    ['GOOGLE_ISSUER', 'http://192.168.0.1'],
    ['MICROSOFT_TENANT', 'contoso.onmicrosoft.com'],
    ['MICROSOFT_TENANT', 'Common'],
    ['APPLE_TEAM_ID', 'abcde12345'],
    ['APPLE_KEY_ID', 'ABCDE1234'],
    ['ACME_ISSUER', 'acme.example'],
    ['ACME_ISSUER', 'http://acme.example'],
    ['ACME_ISSUER', 'https://acme.example/?x'],
    ['ACME_ISSUER', 'https://acme.example/#x'],
    ['ACME_ISSUER', 'https://me:secret@acme.example'],
    ['ACME_LABEL', 'two\nlines'],
    ['ACME_TRUST_EMAIL', 'yes'],
  ])('are refused where %s is wrong, without its value: %s', (name, value) => {
    const { problems } = readProviders({ ...all, [name]: value })
    expect(problems).toEqual([expect.stringMatching(`^${name} must `)])
    expect(problems.join()).not.toContain(value)
  })

  it('allow http only on this machine, and only where the API itself is local', () => {
    const http = { ...all, ACME_ISSUER: 'http://localhost:9000', GOOGLE_ISSUER: 'http://127.0.0.1:9001' }
    expect(readProviders({ ...http, ISSUER: 'http://localhost:3000' }).problems).toEqual([])
    expect(readProviders(http).problems).toEqual(['GOOGLE_ISSUER must be https', 'ACME_ISSUER must be https'])
  })

  it.each(['Google', 'goo-gle', 'goo_gle', 'a/b', '3scale', 'ä', 'google,google', `${'a'.repeat(31)}`, '*'])(
    'are not read for names that are none: %s',
    (PROVIDERS) => {
      expect(() => settings.providerNames.read(PROVIDERS)).toThrow('must be names')
      expect(readProviders({ PROVIDERS })).toEqual({ values: [], problems: [] })
    },
  )

  it('have names that no other setting has', () => {
    const suffixes = ['a', 'google', 'microsoft', 'apple', 'github'].flatMap((name) =>
      Object.values(rowsOfProvider(name)).map(({ env }) => env.slice(name.length)),
    )
    const others = Object.values({ ...settings, ...deploySettings }).map(({ env }) => env)
    for (const suffix of suffixes) expect(others.filter((env) => env.endsWith(suffix))).toEqual([])
  })
})

describe('the environment of functions that know the providers', () => {
  it('contains what is set of the providers of PROVIDERS, and nothing that is local', () => {
    const { ISSUER, PROVIDERS, ...ofProviders } = all
    const env = { ...all, GOOGLE_ISSUER: 'http://127.0.0.1:9000', OKTA_CLIENT_ID: 'x', ACME_LABEL: ' ' }
    const { ACME_LABEL, ...expected } = ofProviders
    expect(providerEnvironment(env)).toEqual(expected)
    expect(providerEnvironment({ ...env, PROVIDERS: '' })).toEqual({})
    expect(rowsOfProviders({})).toEqual([])
  })
})

it('the callback of a provider is below the address of the API', () => {
  expect(callbackAddress('https://auth.example.com', 'acme')).toBe(
    'https://auth.example.com/auth/social/acme/callback',
  )
})
