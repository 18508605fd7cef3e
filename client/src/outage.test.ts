import { browserFetch } from '../../tools/testing/browser-fetch.ts'
import { parties } from '../../tools/testing/test-services.ts'
import { ada } from '../../tools/testing/test-users.ts'
import {
  credentials,
  inDocument,
  later,
  makeSetting,
  refreshes,
  tabOf,
  tenTimesFaster,
} from '../testing/tabs.ts'

inDocument()

const never = () => new Promise<void>(() => {})

/** A tab whose token has expired. */
async function expired() {
  const setting = await makeSetting()
  const client = setting.tab()
  await client.login(credentials())
  later(901)
  return { ...setting, client }
}

describe('a server that does not answer', () => {
  it('gets the refresh once more after 10 s', async () => {
    const { client, browser } = await expired()
    browser.before = () => {
      browser.before = undefined
      return never()
    }
    const answer = await tenTimesFaster(() => client.getMe())
    expect([answer.data?.email, refreshes(browser)]).toEqual([ada.email, 2])
  })

  it('is not waited for by a logout for more than 10 s', async () => {
    const { client, browser } = await expired()
    browser.before = never
    expect((await tenTimesFaster(() => client.logout())).error?.code).toBe('network_error')
  })

  it('delays no logout by a refresh that it has not answered', async () => {
    const { client, browser } = await expired()
    browser.before = (route) => (route === 'POST /auth/refresh' ? never() : undefined)
    const call = client.getMe()
    await new Promise((resolve) => setTimeout(resolve, 50))
    const began = performance.now()
    expect(await client.logout()).toEqual({ data: undefined })
    expect(performance.now() - began).toBeLessThan(5_000)
    expect((await call).error?.code).toBe('unauthorized')
  })
})

describe('a server that is unavailable', () => {
  it('gets four refreshes, however many calls wait', async () => {
    const { client, browser } = await expired()
    browser.before = () => {
      throw new TypeError('fetch failed')
    }
    await tenTimesFaster(() => Promise.all([client.getMe(), client.getMe(), client.getUser()]))
    expect(refreshes(browser)).toBe(4)
  })

  it('is left alone for the time that it asks for', async () => {
    const { api, browser } = await makeSetting()
    const real = browserFetch(api, browser)
    const times: number[] = []
    const client = tabOf(async (input, init) => {
      times.push(performance.now())
      if (times.length > 1) return real(input, init)
      return new Response('', { status: 503, headers: { 'retry-after': '3' } })
    })
    expect(await client.getUser()).toEqual({ data: null })
    const [first = 0, second = 0] = times
    expect(second - first).toBeGreaterThan(2_950)
  })
})

describe('a browser without a session', () => {
  it('knows so at once, although a suspended tab holds the lock', async () => {
    const { tab } = await makeSetting()
    const client = tab()
    await client.getUser()
    let release = () => {}
    const held = navigator.locks.request(
      `cardea:${parties.issuer}`,
      () => new Promise<void>((go) => (release = go)),
    )
    const began = performance.now()
    expect(await client.getUser()).toEqual({ data: null })
    expect(performance.now() - began).toBeLessThan(5_000)
    release()
    await held
  })
})
