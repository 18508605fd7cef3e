import { gateway } from '../../tools/testing/gateway.ts'
import { testServices } from '../../tools/testing/test-services.ts'

describe('GET /auth/methods', () => {
  it('lists what is switched on, and may be kept for a minute', async () => {
    const api = gateway(testServices({ policy: { emailLogin: false, signUp: 'closed' } }))
    const { status, headers, body } = await api('GET /auth/methods')
    expect([status, headers['cache-control']]).toEqual([200, 'public, max-age=60'])
    expect(body).toEqual({
      emailLogin: false,
      passkeys: true,
      signUp: 'closed',
      providers: [
        { name: 'google', label: 'Google' },
        { name: 'github', label: 'GitHub' },
      ],
    })
  })

  it('says nothing else of a provider', async () => {
    const provider = { name: 'acme', label: 'Acme', clientId: 'SECRET' }
    const api = gateway(testServices({ policy: { providers: [provider] } }))
    expect((await api('GET /auth/methods')).body.providers).toEqual([{ name: 'acme', label: 'Acme' }])
  })
})
