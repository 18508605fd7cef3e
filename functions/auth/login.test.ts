import { gateway } from '../../tools/testing/gateway.ts'
import { testServices } from '../../tools/testing/test-services.ts'
import { ada, logIn, signedUp } from '../../tools/testing/test-users.ts'

const withAda = async () => {
  const services = testServices()
  const api = gateway(services)
  return { services, api, user: (await signedUp(api)).body.user }
}

describe('POST /auth/login', () => {
  it('gives a browser the access token in the body and the refresh token in a cookie, and only there', async () => {
    const { api, user } = await withAda()
    const { status, headers, cookies, body } = await api('POST /auth/login', {
      body: { email: ada.email, password: ada.password },
    })
    expect(status).toBe(200)
    expect(headers['cache-control']).toBe('no-store')
    expect(body).toEqual({ accessToken: expect.any(String), tokenType: 'Bearer', expiresIn: 900, user })
    expect(cookies).toEqual([
      expect.stringMatching(
        /^__Host-cardea_refresh=[\w-]+\.[\w-]+\.[\w-]+; Max-Age=1209600; Path=\/; Secure; HttpOnly; SameSite=Strict$/,
      ),
    ])
    expect(Buffer.byteLength(String(cookies[0]))).toBeLessThan(4096)
  })

  it('gives the refresh token in the body and no cookie, where the request asks for it', async () => {
    const { api } = await withAda()
    const { status, cookies, body } = await logIn(api, 'body')
    expect([status, cookies]).toEqual([200, []])
    expect(body.refreshToken).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
  })

  it('answers a wrong password and an unknown email with the same status, headers and body', async () => {
    const { api } = await withAda()
    const wrong = await logIn(api, 'body', { ...ada, password: 'wrong' })
    const unknown = await logIn(api, 'body', { ...ada, email: 'eve@example.com' })
    expect(wrong).toMatchObject({ status: 401, body: { code: 'invalid_credentials' }, cookies: [] })
    const { requestId: _, ...rest } = wrong.body
    expect({ ...unknown, body: { ...unknown.body, requestId: '' } }).toEqual({
      ...wrong,
      body: { ...rest, requestId: '' },
    })
  })

  it('answers 403 for a disabled account, but only after the right password', async () => {
    const { services, api, user } = await withAda()
    const account = services.tables.accounts.get(user.id)
    if (account) services.tables.accounts.set(user.id, { ...account, status: 'disabled' })
    expect(await logIn(api)).toMatchObject({ status: 403, body: { code: 'account_disabled' } })
    expect(await logIn(api, 'body', { ...ada, password: 'wrong' })).toMatchObject({ status: 401 })
    expect(services.tables.sessions.size).toBe(0)
  })

  it('stores the client’s address as the gateway reports it, and ignores x-forwarded-for', async () => {
    const { services, api } = await withAda()
    await api('POST /auth/login', {
      body: { email: ada.email, password: ada.password },
      headers: { 'User-Agent': `\u4e2d${'x'.repeat(1000)}`, 'x-forwarded-for': '203.0.113.9' },
    })
    const [session] = [...services.tables.sessions.values()]
    expect(session).toMatchObject({ userAgent: `?${'x'.repeat(255)}`, ip: '198.51.100.7' })
  })

  it('refuses an unknown transport', async () => {
    const { api } = await withAda()
    const answer = await api('POST /auth/login', { body: { ...ada, name: undefined, transport: 'url' } })
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'transport' }] } })
  })
})
