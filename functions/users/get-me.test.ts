import { gateway } from '../../tools/testing/gateway.ts'
import { testServices } from '../../tools/testing/test-services.ts'
import { bearer, logIn, signedUp } from '../../tools/testing/test-users.ts'

describe('GET /users/me', () => {
  it('answers the caller’s own account', async () => {
    const api = gateway(testServices())
    const { user } = (await signedUp(api)).body
    const me = await api('GET /users/me', { headers: bearer(await logIn(api)) })
    expect(me).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } })
    expect(me.body).toEqual(user)
  })

  it('answers 401 without a token, and with the token of a deleted user', async () => {
    const services = testServices()
    const api = gateway(services)
    await signedUp(api)
    const login = await logIn(api)
    expect(await api('GET /users/me')).toMatchObject({ status: 401 })
    services.tables.accounts.clear()
    expect(await api('GET /users/me', { headers: bearer(login) })).toMatchObject({
      status: 401,
      body: { code: 'unauthorized' },
    })
  })
})
