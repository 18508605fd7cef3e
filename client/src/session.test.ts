import { browserFetch, makeBrowser } from '../../tools/testing/browser-fetch.ts'
import { parties } from '../../tools/testing/test-services.ts'
import { ada, eve } from '../../tools/testing/test-users.ts'
import {
  count,
  credentials,
  events,
  inDocument,
  later,
  logInElsewhere,
  makeSetting,
  memoryStorage,
  messages,
  refreshes,
  tabOf,
  tenTimesFaster,
} from '../testing/tabs.ts'
import { createClient } from './client.ts'

const page = inDocument()
const cut = () => {
  throw new TypeError('fetch failed')
}

describe('an access token', () => {
  it('is used until it is about to expire, and renewed once for all calls that wait', async () => {
    const { tab, browser } = await makeSetting()
    const client = tab()
    await client.login(credentials())
    later(800)
    await client.getMe()
    expect(refreshes(browser)).toBe(0)
    later(75)
    const answers = await Promise.all(Array.from({ length: 50 }, () => client.getMe()))
    expect(answers.map(({ data }) => data?.email)).toEqual(Array(50).fill(ada.email))
    expect(refreshes(browser)).toBe(1)
  })

  it.each([
    ['wall', 'the computer slept, and the monotonic clock stopped'],
    ['monotonic', 'the wall clock was set back'],
  ] as const)('is over when the %s clock says so: %s', async (clock, _) => {
    const { tab, browser } = await makeSetting()
    const client = tab()
    await client.login(credentials())
    later(901, [clock])
    if (clock === 'monotonic') later(-5000, ['wall'])
    await client.getMe()
    expect(refreshes(browser)).toBe(1)
  })

  it('is renewed by one of two tabs, and taken over by the other', async () => {
    const { tab, browser } = await makeSetting()
    const [one, two] = [tab(), tab()]
    await one.login(credentials())
    await messages()
    expect((await two.getUser()).data?.email).toBe(ada.email)
    later(901)
    const answers = await Promise.all([one.getMe(), two.getMe(), one.getMe(), two.getMe()])
    expect(answers.map(({ data }) => data?.email)).toEqual(Array(4).fill(ada.email))
    expect(refreshes(browser)).toBe(1)
  })

  it('is renewed after a 401, and the call sent once more', async () => {
    const { tab, browser, services } = await makeSetting()
    const client = tab()
    const { data } = await client.login(credentials())
    // Another session changes the roles, which outdates the access token.
    const account = await services.users.findById(data?.user.id ?? '')
    if (!account) throw new Error('no account')
    await services.users.change(account, {
      roles: ['user', 'admin'],
      endsSessions: false,
      deniedUntil: 2 ** 31,
    })
    expect((await client.getMe()).data?.roles).toEqual(['user', 'admin'])
    expect(count(browser, 'GET /users/me')).toBe(2)
    expect(refreshes(browser)).toBe(1)
    expect(events(client)).toEqual(['signed_in', 'updated'])
  })

  it('is not renewed a second time for a call that is refused again', async () => {
    const { api, browser } = await makeSetting()
    const real = browserFetch(api, browser)
    let refused = 0
    const client = tabOf(async (input, init) => {
      if (!String(input).endsWith('/users/me')) return real(input, init)
      refused++
      return Response.json({ code: 'unauthorized' }, { status: 401 })
    })
    await client.login(credentials())
    expect((await client.getMe()).error?.code).toBe('unauthorized')
    expect([refused, refreshes(browser)]).toEqual([2, 1])
  })

  it.each(['login', 'refresh'])('lives from the moment when the %s was sent, not answered', async (what) => {
    const { tab, browser } = await makeSetting()
    const client = tab()
    if (what === 'refresh') {
      await client.login(credentials())
      later(901)
    }
    browser.after = () => {
      browser.after = undefined
      later(60)
    }
    await (what === 'login' ? client.login(credentials()) : client.getUser())
    const before = refreshes(browser)
    later(820)
    await client.getUser()
    expect(refreshes(browser)).toBe(before + 1)
  })

  it('goes on working during an outage of refresh, for as long as it is valid', async () => {
    const { tab, browser } = await makeSetting()
    const client = tab()
    await client.login(credentials())
    browser.before = (route) => {
      if (route === 'POST /auth/refresh') cut()
    }
    later(880)
    expect((await client.getMe()).data?.email).toBe(ada.email)
  })
})

describe('a refresh', () => {
  it('that does not reach the server is sent again, and ends no session', async () => {
    const { tab, browser } = await makeSetting()
    const client = tab()
    await client.login(credentials())
    later(901)
    browser.before = () => {
      browser.before = undefined
      cut()
    }
    expect((await client.getMe()).data?.email).toBe(ada.email)
    expect(refreshes(browser)).toBe(2)
    expect(events(client)).toEqual(['signed_in'])
  })

  it('whose answer is lost is sent again with the same cookie', async () => {
    const { tab, browser } = await makeSetting()
    const client = tab()
    await client.login(credentials())
    later(901)
    browser.after = () => {
      browser.after = undefined
      cut()
    }
    expect((await client.getMe()).data?.email).toBe(ada.email)
    expect(events(client)).toEqual(['signed_in'])
  })

  it('that fails for long is an error of the call, and the session goes on afterwards', async () => {
    const { tab, browser } = await makeSetting()
    const client = tab()
    await client.login(credentials())
    later(901)
    browser.before = cut
    await tenTimesFaster(async () => {
      expect((await client.getMe()).error?.code).toBe('network_error')
      expect((await client.getUser()).error?.code).toBe('network_error')
    })
    browser.before = undefined
    expect((await client.getMe()).data?.email).toBe(ada.email)
    expect(events(client)).toEqual(['signed_in'])
  })

  it('that is refused ends the session in every tab, and each tells it once', async () => {
    const { tab, browser, services } = await makeSetting()
    const [one, two] = [tab(), tab()]
    const { data } = await one.login(credentials())
    await messages()
    const account = await services.users.findById(data?.user.id ?? '')
    if (!account) throw new Error('no account')
    await services.users.change(account, { endsSessions: true, deniedUntil: 2 ** 31 })
    const answers = await Promise.all([one.getMe(), one.listMySessions(), two.getMe()])
    expect(answers.map(({ error }) => error?.code)).toEqual(Array(3).fill('unauthorized'))
    await messages()
    for (const each of [one, two]) {
      expect(each.heard.slice(1)).toEqual([{ event: 'signed_out', reason: 'session_ended' }])
    }
    expect(refreshes(browser)).toBe(1)
    expect(await one.getUser()).toEqual({ data: null })
    expect(refreshes(browser)).toBe(1)
  })

  it('that is refused is heard by a tab that does nothing', async () => {
    const { tab, services } = await makeSetting()
    const [one, two] = [tab(), tab()]
    const { data } = await one.login(credentials())
    await messages()
    const account = await services.users.findById(data?.user.id ?? '')
    if (!account) throw new Error('no account')
    await services.users.change(account, { endsSessions: true, deniedUntil: 2 ** 31 })
    later(901)
    await one.getUser()
    await messages()
    expect(two.heard.at(-1)).toEqual({ event: 'signed_out', reason: 'session_ended' })
  })

  it('is sent once if it is unknown whether there is a session, and never again', async () => {
    const { tab, browser } = await makeSetting()
    const client = tab()
    expect(client.hasSession()).toBeUndefined()
    expect(await client.getUser()).toEqual({ data: null })
    expect(client.hasSession()).toBe(false)
    expect(await client.getUser()).toEqual({ data: null })
    expect((await client.getMe()).error?.code).toBe('unauthorized')
    expect(await tab().getUser()).toEqual({ data: null })
    expect(browser.sent.map(({ route }) => route)).toEqual(['POST /auth/refresh'])
    expect(events(client)).toEqual([])
  })

  it('does not wait for ever for a tab that is suspended', async () => {
    const { tab, browser } = await makeSetting()
    const client = tab()
    await client.login(credentials())
    later(901)
    let release = () => {}
    const suspended = navigator.locks.request(
      `cardea:${parties.issuer}`,
      () => new Promise<void>((go) => (release = go)),
    )
    const started = performance.now()
    const answer = await tenTimesFaster(() => client.getMe())
    expect(answer.data?.email).toBe(ada.email)
    expect(performance.now() - started).toBeGreaterThan(1_150)
    expect(refreshes(browser)).toBe(1)
    release()
    await suspended
  })
})

describe('a logout', () => {
  it('wins over a refresh in flight, and the login after it stays', async () => {
    const { tab, browser } = await makeSetting()
    const [one, two] = [tab(), tab()]
    await one.login(credentials())
    await messages()
    later(901)
    let arrive = () => {}
    const arrived = new Promise<void>((go) => (arrive = go))
    browser.after = async (route) => {
      if (route !== 'POST /auth/refresh') return
      arrive()
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    const call = two.getMe()
    await arrived
    const loggedOut = one.logout()
    expect(await one.getUser()).toEqual({ data: null })
    const login = one.login(credentials(eve))
    expect(await loggedOut).toEqual({ data: undefined })
    await login
    expect((await call).error?.code).toBe('user_changed')
    expect((await one.getMe()).data?.email).toBe(eve.email)
    await messages()
    expect((await two.getMe()).data?.email).toBe(eve.email)
    const last = (await two.listMySessions()).data?.sessions ?? []
    expect(last).toHaveLength(1)
    expect(browser.cookies.size).toBe(1)
  })

  it('is heard by the other tabs, and ends the session on the server', async () => {
    const { tab, browser, api } = await makeSetting()
    const [one, two] = [tab(), tab()]
    await one.login(credentials())
    await messages()
    const { headers } = browser.sent.at(-1) ?? {}
    expect(headers).toBeDefined()
    const stolen = [...browser.cookies].map((pair) => pair.join('='))
    await one.logout()
    await messages()
    expect(two.heard.at(-1)).toEqual({ event: 'signed_out', reason: 'logout' })
    expect((await two.getMe()).error?.code).toBe('unauthorized')
    expect(browser.cookies.size).toBe(0)
    const answer = await api('POST /auth/refresh', {
      cookies: stolen,
      headers: { 'sec-fetch-site': 'same-origin' },
    })
    expect([answer.status, answer.body.code]).toEqual([401, 'session_ended'])
  })

  it('is an error if the server could not be told, but there is no session here', async () => {
    const { tab, browser } = await makeSetting()
    const client = tab()
    await client.login(credentials())
    browser.before = cut
    expect((await client.logout()).error?.code).toBe('network_error')
    expect(await client.getUser()).toEqual({ data: null })
    browser.before = undefined
    expect((await client.getMe()).error?.code).toBe('unauthorized')
    expect(count(browser, 'GET /users/me')).toBe(0)
  })
})

describe('another user', () => {
  it('never gets a call that waited for the first one', async () => {
    const { tab, browser } = await makeSetting()
    const [one, two] = [tab(), tab()]
    await one.login(credentials())
    await messages()
    later(901)
    // Eve logs in on the other tab. Its message is lost, as in a frozen tab.
    const channels = globalThis.BroadcastChannel
    globalThis.BroadcastChannel = undefined as never
    const three = tab()
    globalThis.BroadcastChannel = channels
    await three.login(credentials(eve))
    const before = count(browser, 'PATCH /users/me')
    const renamed = await two.updateMe({ name: 'Ada, Countess of Lovelace' })
    expect(renamed.error?.code).toBe('user_changed')
    expect(count(browser, 'PATCH /users/me')).toBe(before)
    expect(two.heard.at(-1)).toMatchObject({ event: 'user_changed', user: { email: eve.email } })
    expect((await two.getMe()).data?.name).toBe(eve.name)
  })

  it.each(['a logout', 'a login'])('is seen by a page that comes back and missed %s', async (missed) => {
    const { tab } = await makeSetting()
    const one = tab()
    await one.login(credentials())
    const channels = globalThis.BroadcastChannel
    globalThis.BroadcastChannel = undefined as never
    const other = tab()
    globalThis.BroadcastChannel = channels
    if (missed === 'a logout') await other.logout()
    else await other.login(credentials(eve))
    page.show()
    await new Promise((resolve) => setTimeout(resolve, 700))
    expect(one.heard.at(-1)?.event).toBe(missed === 'a logout' ? 'signed_out' : 'user_changed')
  })
})

describe('a change of password', () => {
  it('keeps this browser logged in, in every tab', async () => {
    const { tab, browser } = await makeSetting()
    const [one, two] = [tab(), tab()]
    await one.login(credentials())
    await messages()
    const changed = await one.changePassword({
      currentPassword: ada.password,
      newPassword: 'a new and longer password',
    })
    expect(changed.error).toBeUndefined()
    await messages()
    expect((await two.getMe()).data?.email).toBe(ada.email)
    expect((await one.getMe()).data?.email).toBe(ada.email)
    expect(refreshes(browser)).toBe(0)
  })
})

describe('an app without cookies', () => {
  it('keeps its refresh token in the storage of the application, and starts again from it', async () => {
    const { api } = await makeSetting()
    const browser = makeBrowser()
    const storage = memoryStorage()
    const app = () =>
      createClient({ issuer: parties.issuer, transport: 'body', storage, fetch: browserFetch(api, browser) })
    const first = app()
    await first.login(credentials())
    const token = await storage.get()
    expect(token).toMatch(/^ey/)
    const [one, two] = await Promise.all([app().getUser(), first.getMe()])
    expect([one.data?.email, two.data?.email]).toEqual([ada.email, ada.email])
    expect(await storage.get()).not.toBe(token)
    expect(browser.cookies.size).toBe(0)
    await first.logout()
    expect(await storage.get()).toBeUndefined()
  })

  it('sends no cookies', async () => {
    const { api } = await makeSetting()
    const real = browserFetch(api, makeBrowser())
    const sent: unknown[] = []
    const client = createClient({
      issuer: parties.issuer,
      transport: 'body',
      storage: memoryStorage(),
      fetch: (input, init) => {
        sent.push(init?.credentials)
        return real(input, init)
      },
    })
    await client.login(credentials())
    await client.logout()
    expect(sent).toEqual(['omit', 'omit'])
  })

  it('keeps no refresh token of a session that has ended', async () => {
    const { api, services } = await makeSetting()
    const storage = memoryStorage()
    const fetch = browserFetch(api, makeBrowser())
    const client = createClient({ issuer: parties.issuer, transport: 'body', storage, fetch })
    const { data } = await client.login(credentials())
    const account = await services.users.findById(data?.user.id ?? '')
    if (!account) throw new Error('no account')
    await services.users.change(account, { endsSessions: true, deniedUntil: 2 ** 31 })
    expect((await client.getMe()).error?.code).toBe('unauthorized')
    expect(await storage.get()).toBeUndefined()
  })
})

describe('a server', () => {
  it('with clients for two users shares nothing between them', async () => {
    const { api } = await makeSetting()
    for (const name of ['document', 'localStorage']) delete (globalThis as never)[name]
    const clientOf = () => createClient({ issuer: parties.issuer, fetch: browserFetch(api, makeBrowser()) })
    const [one, two] = [clientOf(), clientOf()]
    await one.login(credentials(ada))
    await messages()
    expect(await two.getUser()).toEqual({ data: null })
    await two.login(credentials(eve))
    await one.logout()
    await messages()
    expect((await two.getMe()).data?.email).toBe(eve.email)
  })
})

describe('after loginUrl', () => {
  it('a page that is opened too early hides the login from no later page', async () => {
    const { tab, browser, api } = await makeSetting()
    tab().loginUrl('http://localhost:5173/')
    const early = tab()
    for (const _ of [1, 2]) expect(await early.getUser()).toEqual({ data: null })
    expect([early.hasSession(), refreshes(browser)]).toEqual([false, 1])
    await logInElsewhere(api, browser)
    expect((await tab().getUser()).data?.email).toBe(ada.email)
  })

  it('each new page asks the server, for an hour', async () => {
    const { tab, browser } = await makeSetting()
    tab().loginUrl('http://localhost:5173/')
    for (const _ of [1, 2]) await tab().getUser()
    expect(refreshes(browser)).toBe(2)
    later(3601)
    for (const _ of [1, 2]) await tab().getUser()
    expect(refreshes(browser)).toBe(3)
  })

  it('a logout is the end of it, although its page knew of no session', async () => {
    const { tab, browser } = await makeSetting()
    tab().loginUrl('http://localhost:5173/')
    await tab().logout()
    expect(await tab().getUser()).toEqual({ data: null })
    expect(refreshes(browser)).toBe(0)
  })
})
