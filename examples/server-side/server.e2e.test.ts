import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import { browserFetch, makeBrowser } from '../../tools/testing/browser-fetch.ts'
import { gateway } from '../../tools/testing/gateway.ts'
import { parties, testServices } from '../../tools/testing/test-services.ts'
import '../../tools/testing/captured-log.ts'
import { ada, signedUp } from '../../tools/testing/test-users.ts'
import { server } from './server.ts'

const origin = 'https://www.example.com'
const secret = randomBytes(32).toString('base64url')
const secretHash = createHash('sha256').update(secret).digest()
const running: Server[] = []
afterEach(() => Promise.all(running.splice(0).map((each) => each.close())))

/** The back end in front of the real handlers, and visitors who each have an address and cookies. */
async function backend(limits: Parameters<typeof testServices>[0] = {}, addsSecret = true) {
  const services = testServices({ ...limits, trustedProxies: { trustedBackendSecrets: [secretHash] } })
  const api = gateway(services)
  await signedUp(api)
  const cardea = makeBrowser()
  const started = server({
    api: parties.issuer,
    origin,
    secret: addsSecret ? secret : undefined,
    addressOf: ({ headers }) => String(headers['x-test-address']),
    fetch: browserFetch(api, cardea),
  }).listen(0, '127.0.0.1')
  running.push(started)
  await once(started, 'listening')
  const url = `http://127.0.0.1:${(started.address() as AddressInfo).port}`

  function visitor(address = '203.0.113.9') {
    const cookies = new Map<string, string>()
    const ask = async (path: string, form?: Record<string, string>, from = origin) => {
      const response = await fetch(url + path, {
        redirect: 'manual',
        headers: {
          'x-test-address': address,
          cookie: [...cookies].map((pair) => pair.join('=')).join('; '),
          ...(form && { origin: from }),
        },
        ...(form && { method: 'POST', body: new URLSearchParams(form) }),
      })
      for (const line of response.headers.getSetCookie()) {
        expect(line).toMatch(/^__Host-\w+=[\w.-]*; Path=\/; HttpOnly; Secure; SameSite=Lax; Max-Age=\d+$/)
        const [name = '', value = ''] = line.split(/[=;]/)
        if (value) cookies.set(name, value)
        else cookies.delete(name)
      }
      return { status: response.status, text: await response.text(), headers: response.headers }
    }
    return { ask, cookies, logIn: () => ask('/login', { email: ada.email, password: ada.password }) }
  }
  const refreshes = () => cardea.sent.filter(({ route }) => route === 'POST /auth/refresh').length
  return { services, cardea, visitor, refreshes }
}

describe('a back end that logs its visitors in', () => {
  it('keeps the tokens in cookies of its own, and in no cache', async () => {
    const { visitor } = await backend()
    const { ask, cookies, logIn } = visitor()
    expect((await ask('/')).text).toContain('Password')
    expect((await logIn()).status).toBe(303)
    expect([...cookies.keys()]).toEqual(['__Host-access', '__Host-refresh'])
    const { text, headers } = await ask('/')
    expect([text, headers.get('cache-control')]).toEqual([
      expect.stringContaining(`Hello ${ada.name}`),
      'no-store',
    ])
    expect(text).not.toContain(cookies.get('__Host-access'))
    await ask('/logout', {})
    expect([...cookies.keys(), (await ask('/')).text]).toEqual([expect.stringContaining('Password')])
  })

  it('sends one refresh for all requests that need one, also for one that comes late', async () => {
    const { visitor, refreshes } = await backend()
    const { ask, cookies, logIn } = visitor()
    await logIn()
    const former = String(cookies.get('__Host-refresh'))
    cookies.delete('__Host-access')
    const pages = await Promise.all(Array.from({ length: 10 }, () => ask('/')))
    for (const { text } of pages) expect(text).toContain(ada.name)
    expect(cookies.get('__Host-refresh')).not.toBe(former)
    cookies.set('__Host-refresh', former).delete('__Host-access')
    expect((await ask('/')).text).toContain(ada.name)
    expect(refreshes()).toBe(1)
  })

  it('ends no session when Cardea does not answer', async () => {
    const { visitor, cardea } = await backend()
    const { ask, cookies, logIn } = visitor()
    await logIn()
    cookies.delete('__Host-access')
    cardea.before = () => {
      throw new TypeError('fetch failed')
    }
    expect((await ask('/')).status).toBe(503)
    cardea.before = undefined
    expect((await ask('/')).text).toContain(ada.name)
  })

  it('lets each visitor have limits of their own, by the secret', async () => {
    const limits = { limits: { loginPerIp: { most: 1, seconds: 600 } } }
    const { visitor } = await backend(limits)
    expect((await visitor('203.0.113.1').logIn()).status).toBe(303)
    expect((await visitor('203.0.113.2').logIn()).status).toBe(303)
    expect((await visitor('203.0.113.2').logIn()).status).toBe(429)
    const without = await backend(limits, false)
    expect((await without.visitor('203.0.113.1').logIn()).status).toBe(303)
    expect((await without.visitor('203.0.113.2').logIn()).status).toBe(429)
  })

  it('refuses forms of another site', async () => {
    const { visitor } = await backend()
    const { ask } = visitor()
    const form = { email: ada.email, password: ada.password }
    expect((await ask('/login', form, 'https://evil.example')).status).toBe(403)
  })
})
