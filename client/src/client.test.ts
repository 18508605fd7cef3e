import { browserFetch } from '../../tools/testing/browser-fetch.ts'
import { delivered } from '../../tools/testing/test-mail.ts'
import { parties } from '../../tools/testing/test-services.ts'
import { ada, eve, mailTo } from '../../tools/testing/test-users.ts'
import {
  count,
  credentials,
  events,
  inDocument,
  logInElsewhere,
  makeSetting,
  refreshes,
  tabOf,
} from '../testing/tabs.ts'
import { ApiError } from './client.ts'

inDocument()

describe('a client', () => {
  it('logs in, calls operations with their input, and tells who is logged in', async () => {
    const { tab } = await makeSetting()
    const client = tab()
    const { data } = await client.login(credentials())
    expect(data?.user.email).toBe(ada.email)
    expect((await client.getMe()).data?.name).toBe(ada.name)
    expect((await client.updateMe({ name: 'Countess' })).data?.name).toBe('Countess')
    expect((await client.getUser()).data?.name).toBe('Countess')
    const { sessions = [] } = (await client.listMySessions()).data ?? {}
    expect(sessions).toHaveLength(1)
    await client.login(credentials())
    const other = (await client.listMySessions()).data?.sessions.find(({ current }) => !current)
    expect(await client.endMySession({ sessionId: other?.id ?? '' })).toEqual({ data: undefined })
    expect(events(client)).toEqual(['signed_in', 'updated'])
  })

  it('gives a refusal with its code, and the wrong fields by their names', async () => {
    const { tab } = await makeSetting()
    const { error } = await tab().login({ ...credentials(), password: 'not the password' })
    expect(error).toBeInstanceOf(ApiError)
    expect([error?.code, error?.status]).toEqual(['invalid_credentials', 401])
    const invalid = await tab().login({ email: 'no address', password: 'x' })
    expect(invalid.error?.fields).toEqual([{ path: 'email', message: 'must be an email address' }])
  })

  it('gives the seconds to wait after too many attempts', async () => {
    const { tab } = await makeSetting({ limits: { loginPerIp: { most: 1, seconds: 60 } } })
    await tab().login(credentials())
    const { error } = await tab().login(credentials())
    expect(error?.code).toBe('too_many_attempts')
    expect(error?.retryAfter).toBeGreaterThan(0)
    expect(error?.retryAfter).toBeLessThanOrEqual(60)
  })

  it.each([
    [401, { message: 'Unauthorized' }, 'unauthorized'],
    [429, { message: 'Too Many Requests' }, 'too_many_attempts'],
    [503, { message: 'Service Unavailable' }, 'unavailable'],
    [500, undefined, 'internal_error'],
  ])('reads an answer %i of API Gateway, which has no code', async (status, body, code) => {
    const client = tabOf(
      async () =>
        new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } }),
    )
    expect((await client.login(credentials())).error?.code).toBe(code)
  })

  it.each(['.', '..'])('sends nothing for the id %s, which would lead to another route', async (userId) => {
    const { tab, browser } = await makeSetting()
    const client = tab()
    await client.login(credentials())
    const before = browser.sent.length
    expect((await client.adminGetUser({ userId })).error?.code).toBe('not_found')
    expect(browser.sent).toHaveLength(before)
  })

  it('says that the API could not be reached', async () => {
    const client = tabOf(async () => {
      throw new TypeError('fetch failed')
    })
    expect((await client.login(credentials())).error).toMatchObject({ code: 'network_error', status: 0 })
  })

  it('sends the token of a link once, although a page calls twice', async () => {
    const { tab, browser, services } = await makeSetting()
    const client = tab()
    await client.requestPasswordReset({ email: eve.email })
    await delivered(services)
    const { token } = mailTo(services, eve.email, 'reset_password')
    const reset = () => client.resetPassword({ token, newPassword: 'a new and longer password' })
    expect(await Promise.all([reset(), reset()])).toEqual([{ data: undefined }, { data: undefined }])
    expect(count(browser, 'POST /auth/password/reset')).toBe(1)
  })

  it('sends the token of a link again after an outage', async () => {
    const { tab, browser } = await makeSetting()
    const client = tab()
    browser.before = () => {
      throw new TypeError('fetch failed')
    }
    expect((await client.verifyEmail({ token: 'a token' })).error?.code).toBe('network_error')
    browser.before = undefined
    expect((await client.verifyEmail({ token: 'a token' })).error?.code).toBe('invalid_link')
  })

  it('ends the session in this tab when the account is deleted', async () => {
    const { tab, browser } = await makeSetting()
    const client = tab()
    await client.login(credentials(eve))
    expect(await client.deleteMe()).toEqual({ data: undefined })
    expect(client.heard.at(-1)).toEqual({ event: 'signed_out', reason: 'account_deleted' })
    expect(await client.getUser()).toEqual({ data: null })
    expect(refreshes(browser)).toBe(0)
  })
})

describe('a logout', () => {
  it('outlives the page', async () => {
    const { api, browser } = await makeSetting()
    const real = browserFetch(api, browser)
    const outlives: unknown[] = []
    const client = tabOf(async (input, init) => {
      outlives.push(init?.keepalive)
      return real(input, init)
    })
    await client.login(credentials())
    await client.logout()
    expect(outlives).toEqual([false, true])
  })
})

describe('the login page of the API', () => {
  it('gets the page to come back to, by default this one', async () => {
    const { tab } = await makeSetting()
    Object.assign(globalThis, { location: { href: 'http://localhost:5173/notes?of=today' } })
    const start = `${parties.issuer}/ui/login?redirect=`
    expect(tab().loginUrl()).toBe(`${start}http%3A%2F%2Flocalhost%3A5173%2Fnotes%3Fof%3Dtoday`)
    expect(tab().loginUrl(new URL('http://localhost:5173/'))).toBe(`${start}http%3A%2F%2Flocalhost%3A5173%2F`)
    delete (globalThis as { location?: unknown }).location
  })

  it('may have logged a user in, so the client asks once more although it knew of no session', async () => {
    const { tab, browser, api } = await makeSetting()
    const client = tab()
    await client.getUser()
    await client.getUser()
    expect([client.hasSession(), refreshes(browser)]).toEqual([false, 1])
    client.loginUrl('http://localhost:5173/')
    await logInElsewhere(api, browser)
    expect((await client.getUser()).data?.email).toBe(ada.email)
  })
})

describe('a client that sent its user to the login page of the API', () => {
  it('asks who is logged in, although it has a token', async () => {
    const { tab, browser, api } = await makeSetting()
    const client = tab()
    await client.login(credentials())
    client.loginUrl('http://localhost:5173/')
    await logInElsewhere(api, browser, eve)
    expect((await client.getUser()).data?.email).toBe(eve.email)
    expect(events(client)).toEqual(['signed_in', 'user_changed'])
  })
})

describe('fetch', () => {
  const recorder = (answers: readonly Response[] = []) => {
    const left = [...answers]
    const seen: (string | null)[] = []
    return {
      seen,
      over:
        (real: typeof fetch): typeof fetch =>
        async (input, init) => {
          const request = new Request(input, init)
          if (new URL(request.url).origin === parties.issuer) return real(request, init)
          seen.push(request.headers.get('authorization'))
          return left.shift() ?? Response.json({ text: await request.text() })
        },
    }
  }

  it.each([
    ['https://api.example.com/notes', true],
    ['https://api.example.com', true],
    ['https://api.example.com.evil.example/notes', false],
    ['https://api.example.com:8443/notes', false],
    ['http://api.example.com/notes', false],
    ['https://shared.example.com/ours/notes', true],
    ['https://shared.example.com/oursandmore', false],
    ['https://shared.example.com/ours/../theirs', false],
  ])('%s gets the access token: %s', async (url, gets) => {
    const { fetchOf } = await loggedIn()
    const { seen, client } = fetchOf()
    await client.fetch(url)
    expect(seen).toEqual([gets ? expect.stringMatching(/^Bearer ey/) : null])
  })

  it('refreshes after a 401 and sends the request with its body once more', async () => {
    const { fetchOf, browser } = await loggedIn()
    const { seen, client } = fetchOf([new Response('', { status: 401 })])
    const response = await client.fetch('https://api.example.com/notes', { method: 'POST', body: 'a note' })
    expect(await response.json()).toEqual({ text: 'a note' })
    expect(new Set(seen).size).toBe(2)
    expect(refreshes(browser)).toBe(2)
  })

  it('gives up after the second 401', async () => {
    const { fetchOf, browser } = await loggedIn()
    const { seen, client } = fetchOf([1, 2, 3].map(() => new Response('', { status: 401 })))
    expect((await client.fetch('https://api.example.com/notes')).status).toBe(401)
    expect(seen).toHaveLength(2)
    expect(refreshes(browser)).toBe(2)
  })

  it.each([
    Response.json({ code: 'reauthentication_required' }, { status: 401 }),
    new Response('', {
      status: 401,
      headers: { 'www-authenticate': 'Bearer error="insufficient_user_authentication"' },
    }),
  ])('does not refresh where the API asks for a new proof', async (answer) => {
    const { fetchOf, browser } = await loggedIn()
    const { seen, client } = fetchOf([answer])
    expect((await client.fetch('https://api.example.com/notes')).status).toBe(401)
    expect(seen).toHaveLength(1)
    expect(refreshes(browser)).toBe(1)
  })

  it('leaves an Authorization header of the application alone', async () => {
    const { fetchOf } = await loggedIn()
    const { seen, client } = fetchOf()
    await client.fetch('https://api.example.com/notes', { headers: { authorization: 'Basic abc' } })
    expect(seen).toEqual(['Basic abc'])
  })

  it('sends no token where there is no session', async () => {
    const { tab, browser, fetchOf } = await loggedIn()
    await tab.logout()
    const { seen, client } = fetchOf()
    await client.fetch('https://api.example.com/notes')
    expect(seen).toEqual([null])
    expect(refreshes(browser)).toBe(0)
  })

  async function loggedIn() {
    const { browser, api, tab } = await makeSetting()
    const first = tab()
    await first.login(credentials())
    const fetchOf = (answers: readonly Response[] = []) => {
      const { seen, over } = recorder(answers)
      const client = tabOf(over(browserFetch(api, browser)), [
        'https://api.example.com',
        'https://shared.example.com/ours',
      ])
      return { seen, client }
    }
    return { browser, tab: first, fetchOf }
  }
})
