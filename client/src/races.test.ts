import { browserFetch, makeBrowser } from '../../tools/testing/browser-fetch.ts'
import { parties } from '../../tools/testing/test-services.ts'
import { ada, eve } from '../../tools/testing/test-users.ts'
import {
  count,
  credentials,
  events,
  inDocument,
  later,
  makeSetting,
  messages,
  refreshes,
} from '../testing/tabs.ts'
import { type AuthState, createClient } from './client.ts'

const page = inDocument()

const notHearing = <T>(open: () => T): T => {
  const channels = globalThis.BroadcastChannel
  globalThis.BroadcastChannel = undefined as never
  const opened = open()
  globalThis.BroadcastChannel = channels
  return opened
}

describe('a listener', () => {
  it('runs when the lock is free', async () => {
    const { tab } = await makeSetting()
    const client = tab()
    const free: Promise<boolean>[] = []
    const isFree = () => navigator.locks.request(`cardea:${parties.issuer}`, { ifAvailable: true }, Boolean)
    client.onAuthStateChange(() => free.push(isFree()))
    await client.login(credentials())
    expect(await Promise.all(free)).toEqual([true])
  })

  it('that throws breaks neither the call nor the other listeners', async () => {
    const { tab } = await makeSetting()
    const client = tab()
    const reported = jest.spyOn(console, 'error').mockImplementation(() => undefined)
    const stop = client.onAuthStateChange(() => {
      throw new Error('of the application')
    })
    const heard: AuthState[] = []
    client.onAuthStateChange((state) => heard.push(state))
    expect((await client.login(credentials())).error).toBeUndefined()
    expect(heard.map(({ event }) => event)).toEqual(['signed_in'])
    expect(reported).toHaveBeenCalledTimes(1)
    reported.mockRestore()
    stop()
  })

  it('that logs out does not let the next one hear the login last', async () => {
    const { tab } = await makeSetting()
    const client = tab()
    const heard: string[] = []
    client.onAuthStateChange(({ event }) => event === 'signed_in' && void client.logout())
    client.onAuthStateChange(({ event }) => heard.push(event))
    await client.login(credentials())
    await messages()
    expect(heard).toEqual(['signed_in', 'signed_out'])
    expect(await client.getUser()).toEqual({ data: null })
  })
})

describe('a login', () => {
  it('directly after a logout stays, although its request was asked for before the logout was sent', async () => {
    const { tab, browser } = await makeSetting()
    const client = tab()
    await client.login(credentials())
    const out = client.logout()
    const login = client.login(credentials(eve))
    await Promise.all([out, login])
    expect(browser.cookies.size).toBe(1)
    later(901)
    expect((await client.getMe()).data?.email).toBe(eve.email)
  })

  it.each(['this tab', 'another tab'])('in flight loses to a logout in %s', async (place) => {
    const { tab, browser } = await makeSetting()
    const [one, two] = [tab(), tab()]
    let out: Promise<unknown> | undefined
    browser.after = (route) => {
      if (route === 'POST /auth/login') out = (place === 'this tab' ? one : two).logout()
    }
    expect((await one.login(credentials())).error?.code).toBe('unavailable')
    await out
    expect(await one.getUser()).toEqual({ data: null })
    expect(browser.cookies.size).toBe(0)
    expect(events(one)).toEqual([])
  })
})

describe('a clock that is set back', () => {
  it('lets a logout win over a login in flight all the same', async () => {
    const { tab, browser } = await makeSetting()
    const client = tab()
    await client.login(credentials())
    later(-5_000, ['wall'])
    let out: Promise<unknown> | undefined
    browser.after = (route) => {
      if (route === 'POST /auth/login') out = client.logout()
    }
    expect((await client.login(credentials(eve))).error?.code).toBe('unavailable')
    await out
    expect([await client.getUser(), browser.cookies.size]).toEqual([{ data: null }, 0])
  })
})

describe('a refresh in flight', () => {
  it('loses to a logout of a tab that it cannot hear', async () => {
    const { tab, browser } = await makeSetting()
    const [one, deaf] = [tab(), notHearing(tab)]
    await one.login(credentials())
    later(901)
    let out: Promise<unknown> | undefined
    browser.after = (route) => {
      if (route === 'POST /auth/refresh') out = one.logout()
    }
    expect(await deaf.getUser()).toEqual({ data: null })
    await out
    expect([deaf.hasSession(), events(deaf), browser.cookies.size]).toEqual([false, [], 0])
  })
})

describe('a call of Ada', () => {
  it('does not become that of Eve between its two attempts, even on a page that knew no user', async () => {
    const { tab, browser, services } = await makeSetting()
    const one = tab()
    const { data } = await one.login(credentials())
    const fresh = notHearing(tab)
    browser.before = async (route) => {
      if (route !== 'GET /users/me') return
      browser.before = undefined
      const account = await services.users.findById(data?.user.id ?? '')
      if (!account) throw new Error('no account')
      await services.users.change(account, { endsSessions: true, deniedUntil: 2 ** 31 })
      await one.login(credentials(eve))
    }
    expect((await fresh.getMe()).error?.code).toBe('user_changed')
    expect(count(browser, 'GET /users/me')).toBe(1)
  })

  it('that changes the password is not sent if Eve logged in while it waited', async () => {
    const { tab, browser } = await makeSetting()
    const [one, two] = [tab(), tab()]
    await one.login(credentials())
    await messages()
    const login = two.login(credentials(eve))
    const change = one.changePassword({
      currentPassword: ada.password,
      newPassword: 'a new and longer password',
    })
    expect((await change).error?.code).toBe('user_changed')
    await login
    await messages()
    expect(count(browser, 'PUT /users/me/password')).toBe(0)
    expect((await one.getMe()).data?.email).toBe(eve.email)
  })

  it('that reads her data leaves Eve logged in, who came before the answer', async () => {
    const { tab, browser } = await makeSetting()
    const [one, two] = [tab(), tab()]
    await one.login(credentials())
    browser.after = async (route) => {
      if (route !== 'GET /users/me') return
      await two.login(credentials(eve))
      await messages()
    }
    expect((await one.getMe()).data?.email).toBe(ada.email)
    expect((await one.getUser()).data?.email).toBe(eve.email)
    expect(events(one)).toEqual(['signed_in', 'user_changed'])
  })

  it('that deletes the account leaves Eve logged in, who came before the answer', async () => {
    const { tab, browser } = await makeSetting()
    const [one, two] = [tab(), tab()]
    await one.login(credentials())
    browser.after = async (route) => {
      if (route !== 'DELETE /users/me') return
      await two.login(credentials(eve))
      await messages()
    }
    expect((await one.deleteMe()).error).toBeUndefined()
    expect(events(one)).toEqual(['signed_in', 'user_changed'])
    expect((await one.getUser()).data?.email).toBe(eve.email)
  })
})

describe('tabs', () => {
  it('hear each other where localStorage is blocked, or shows a new epoch late', async () => {
    const { tab } = await makeSetting()
    const [one, two] = [tab(), tab()]
    const blocked = () => {
      throw new Error('blocked')
    }
    Object.defineProperty(globalThis, 'localStorage', { get: blocked, configurable: true })
    await one.login(credentials())
    await messages()
    await one.logout()
    await messages()
    expect(events(two)).toEqual(['signed_in', 'signed_out'])
  })

  it('let no message of before a logout log anybody in', async () => {
    const { tab } = await makeSetting()
    const one = tab()
    const sent: unknown[] = []
    const spy = new BroadcastChannel(`cardea:${parties.issuer}`)
    spy.onmessage = ({ data }) => sent.push(data)
    await one.login(credentials())
    await messages()
    await one.logout()
    spy.postMessage(sent[0])
    await messages()
    expect(events(one)).toEqual(['signed_in', 'signed_out'])
  })

  it('follow a login whose token is shorter than the one they have', async () => {
    const { tab } = await makeSetting()
    const [one, two] = [tab(), tab()]
    const spy = new BroadcastChannel(`cardea:${parties.issuer}`)
    let message: { token: object } | undefined
    spy.onmessage = ({ data }) => (message = data)
    const { data } = await one.login(credentials())
    await messages()
    const user = { ...data?.user, id: 'of Eve' }
    spy.postMessage({
      ...message,
      epoch: `${Date.now() + 1}-0`,
      token: { ...message?.token, user, left: 90_000 },
    })
    await messages()
    expect(events(two)).toEqual(['signed_in', 'user_changed'])
  })

  it('tell of a session that ended while they were frozen', async () => {
    const { tab, services, browser } = await makeSetting()
    const frozen = notHearing(tab)
    const { data } = await frozen.login(credentials())
    const account = await services.users.findById(data?.user.id ?? '')
    if (!account) throw new Error('no account')
    await services.users.change(account, { endsSessions: true, deniedUntil: 2 ** 31 })
    expect((await tab().getMe()).error?.code).toBe('unauthorized')
    expect(await frozen.getUser()).toEqual({ data: null })
    expect(frozen.heard.at(-1)).toEqual({ event: 'signed_out', reason: 'session_ended' })
    expect(refreshes(browser)).toBe(1)
  })

  it('that come back see a login that they missed, although there was no session before', async () => {
    const { tab } = await makeSetting()
    const away = notHearing(tab)
    await tab().login(credentials())
    page.show()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(events(away)).toEqual(['signed_in'])
  })
})

describe('a hidden page', () => {
  it('refreshes only when it is shown', async () => {
    const { tab, browser } = await makeSetting()
    const away = notHearing(tab)
    await tab().login(credentials())
    Object.assign(document, { visibilityState: 'hidden' })
    page.show()
    await new Promise((resolve) => setTimeout(resolve, 700))
    expect(refreshes(browser)).toBe(0)
    Object.assign(document, { visibilityState: 'visible' })
    page.show()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect([refreshes(browser), events(away)]).toEqual([1, ['signed_in']])
  })
})

describe('a server that asks for a long wait', () => {
  it('ends the call, and is not waited for', async () => {
    let asked = 0
    const client = createClient({
      issuer: parties.issuer,
      fetch: async () => {
        asked++
        return new Response('', { status: 503, headers: { 'retry-after': '600' } })
      },
    })
    const { error } = await client.getUser()
    expect([error?.code, error?.retryAfter, asked]).toEqual(['unavailable', 600, 1])
  })
})

describe('the result of a link', () => {
  it('is forgotten at a logout', async () => {
    const { tab, browser } = await makeSetting()
    const client = tab()
    await client.verifyEmail({ token: 'a token' })
    await client.verifyEmail({ token: 'a token' })
    expect(count(browser, 'POST /auth/email/verify')).toBe(1)
    await client.login(credentials())
    await client.logout()
    await client.verifyEmail({ token: 'a token' })
    expect(count(browser, 'POST /auth/email/verify')).toBe(2)
  })
})

describe('the storage of an app', () => {
  const appIn = async () => {
    const { api } = await makeSetting()
    const browser = makeBrowser()
    const kept: { token?: string | undefined; broken?: boolean } = {}
    const unlocked = () => {
      if (kept.broken) throw new Error('locked')
      return kept
    }
    const storage = {
      get: async () => unlocked().token,
      set: async (token: string) => void Object.assign(unlocked(), { token }),
      remove: async () => void Object.assign(unlocked(), { token: undefined }),
    }
    const app = () =>
      createClient({ issuer: parties.issuer, transport: 'body', storage, fetch: browserFetch(api, browser) })
    return { app, kept, browser, api }
  }
  const silent = () => jest.spyOn(console, 'error').mockImplementation(() => undefined)

  it('may be used by two tabs, which refresh by turns', async () => {
    const { app, browser } = await appIn()
    const [one, two] = [app(), notHearing(app)]
    await one.login(credentials())
    for (const each of [two, one, two, one]) {
      later(901)
      expect((await each.getMe()).data?.email).toBe(ada.email)
    }
    expect(refreshes(browser)).toBe(4)
  })

  it('that keeps nothing breaks no call', async () => {
    const { app, kept } = await appIn()
    const client = app()
    const reported = silent()
    kept.broken = true
    expect((await client.login(credentials())).error).toBeUndefined()
    later(901)
    expect((await client.getMe()).data?.email).toBe(ada.email)
    expect(reported).toHaveBeenCalledTimes(2)
    reported.mockRestore()
  })

  it('that cannot be read is an outage and no logout', async () => {
    const { app, kept, browser } = await appIn()
    const client = app()
    await client.login(credentials())
    later(901)
    kept.broken = true
    setTimeout(() => (kept.broken = false), 100)
    expect((await client.getMe()).data?.email).toBe(ada.email)
    kept.broken = true
    const reported = silent()
    expect(await client.logout()).toEqual({ data: undefined })
    expect(count(browser, 'POST /auth/logout')).toBe(1)
    reported.mockRestore()
  })
})
