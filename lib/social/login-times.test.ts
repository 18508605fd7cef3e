import { providerKinds, tellsLoginTime } from '../domain/provider-settings.ts'
import { clientsOf } from './providers.ts'

it('a provider tells when a person has logged in if, and only if, it has ID tokens', () => {
  const of = { clientId: 'client', label: 'Acme', issuer: 'https://acme.example', trustEmail: false }
  const { clients } = clientsOf({
    providers: providerKinds.map((kind) => ({ ...of, kind, name: kind })),
    issuer: 'https://auth.example.com',
    isLocal: false,
    now: () => 0,
    secrets: {} as never,
  } as Parameters<typeof clientsOf>[0])
  expect(providerKinds.map((name) => [name, tellsLoginTime(name)])).toEqual(
    providerKinds.map((name) => [name, clients.get(name)?.provider.protocol === 'openid']),
  )
})
