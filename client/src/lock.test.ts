import { parties } from '../../tools/testing/test-services.ts'
import { ada, eve } from '../../tools/testing/test-users.ts'
import {
  credentials,
  inDocument,
  later,
  makeSetting,
  messages,
  refreshes,
  tenTimesFaster,
} from '../testing/tabs.ts'
import { browserLocks } from './lock.ts'

inDocument()

const after = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
/** Milliseconds that `run` takes, as if timers had run at their usual speed. */
const timeOf = async (run: () => Promise<unknown>) => {
  const began = performance.now()
  await tenTimesFaster(run)
  return (performance.now() - began) * 10
}
/** A tab that is suspended in the middle of a refresh or login. @returns a function that wakes it up. */
function suspended(what: 'refresh' | 'login'): () => Promise<unknown> {
  let wake = () => {}
  const asleep = new Promise<void>((go) => (wake = go))
  const { refresh, login } = browserLocks(`cardea:${parties.issuer}`, navigator.locks)
  const held = (what === 'refresh' ? refresh : login)(() => asleep)
  return () => {
    wake()
    return held
  }
}

describe('a login', () => {
  it('may take 20 s, and no tab refreshes or logs out meanwhile', async () => {
    const { tab, browser } = await makeSetting()
    const [one, two, three] = [tab(), tab(), tab()]
    await one.login(credentials())
    await messages()
    later(901)
    const sent: string[] = []
    browser.before = (route) => void sent.push(route)
    browser.after = async (route) => {
      if (route !== 'POST /auth/login') return
      await after(20_000)
      sent.push('logged in')
    }
    await tenTimesFaster(async () => {
      const login = one.login(credentials(eve))
      const user = two.getUser()
      await after(1_000)
      const logout = three.logout()
      // The logout was asked for later, so it wins.
      expect((await login).error?.code).toBe('unavailable')
      expect(await user).toEqual({ data: null })
      await logout
    })
    expect(sent).toEqual(['POST /auth/login', 'logged in', 'POST /auth/logout'])
    expect(browser.cookies.size).toBe(0)
  })

  it('is taken over by a tab that needed a token meanwhile', async () => {
    const { tab, browser } = await makeSetting()
    const [one, two] = [tab(), tab()]
    await one.login(credentials())
    await messages()
    later(901)
    browser.after = (route) => (route === 'POST /auth/login' ? after(200).then(() => undefined) : undefined)
    const [, user] = await Promise.all([one.login(credentials(eve)), two.getUser()])
    expect(user.data?.email).toBe(eve.email)
    expect(refreshes(browser)).toBe(0)
  })

  it('ends after 30 s', async () => {
    const { tab, browser } = await makeSetting()
    browser.before = () => new Promise(() => {})
    const time = await timeOf(async () => {
      expect((await tab().login(credentials())).error?.code).toBe('network_error')
    })
    expect(time).toBeGreaterThan(29_000)
  })

  it('waits for a refresh', async () => {
    const { tab, browser } = await makeSetting()
    const [one, two] = [tab(), tab()]
    await one.login(credentials())
    await messages()
    later(901)
    const order: string[] = []
    browser.before = (route) => void order.push(route)
    browser.after = async (route) => {
      if (route === 'POST /auth/refresh') await after(200)
      order.push('answered')
    }
    const user = two.getUser()
    await after(50)
    await one.login(credentials(eve))
    await user
    expect(order).toEqual(['POST /auth/refresh', 'answered', 'POST /auth/login', 'answered'])
  })
})

describe('a browser that refuses locks', () => {
  it('logs in, refreshes and logs out', async () => {
    const { tab, browser } = await makeSetting()
    const refused = jest.spyOn(navigator.locks, 'request').mockRejectedValue(new Error('sandboxed'))
    const client = tab()
    expect((await client.login(credentials())).error).toBeUndefined()
    later(901)
    expect((await client.getMe()).data?.email).toBe(ada.email)
    expect(await client.logout()).toEqual({ data: undefined })
    expect([refreshes(browser), refused.mock.calls.length > 0]).toEqual([1, true])
    refused.mockRestore()
  })
})

describe('a suspended tab', () => {
  it.each([
    ['refresh', 12_000],
    ['login', 45_000],
  ] as const)('in the middle of a %s delays a login by %d ms', async (what, wait) => {
    const { tab } = await makeSetting()
    const wake = suspended(what)
    await after(50)
    const time = await timeOf(async () => {
      expect((await tab().login(credentials())).data?.user.email).toBe(ada.email)
    })
    expect(time).toBeGreaterThan(wait * 0.95)
    expect(time).toBeLessThan(wait * 2)
    await wake()
  })

  it('in the middle of a login delays a refresh no longer than that', async () => {
    const { tab, browser } = await makeSetting()
    const client = tab()
    await client.login(credentials())
    later(901)
    const wake = suspended('login')
    await after(50)
    await tenTimesFaster(() => client.getMe())
    expect(refreshes(browser)).toBe(1)
    await wake()
  })
})
