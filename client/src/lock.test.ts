import { parties } from '../../tools/testing/test-services.ts'
import { ada, eve } from '../../tools/testing/test-users.ts'
import {
  count,
  credentials,
  inDocument,
  later,
  makeSetting,
  messages,
  refreshes,
  tenTimesFaster,
} from '../testing/tabs.ts'

inDocument()

const after = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
/** Milliseconds that `run` takes, as if timers had run at their usual speed. */
const timeOf = async (run: () => Promise<unknown>) => {
  const began = performance.now()
  await tenTimesFaster(run)
  return (performance.now() - began) * 10
}
/** A tab that is suspended while it holds a lock. */
function suspended(name: string): () => Promise<void> {
  let release = () => {}
  const held = navigator.locks.request(name, () => new Promise<void>((go) => (release = go)))
  return async () => {
    release()
    await held
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
    browser.after = async (route) => {
      if (route !== 'POST /auth/refresh') return
      const logins = count(browser, 'POST /auth/login')
      await after(100)
      expect(count(browser, 'POST /auth/login')).toBe(logins)
    }
    const user = two.getUser()
    await after(20)
    await one.login(credentials(eve))
    await user
    expect(refreshes(browser)).toBe(1)
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
    ['that refreshes delays a login', '', 12_000],
    ['that logs in delays a login', ':login', 45_000],
  ])('%s for %j %d ms', async (_, lock, wait) => {
    const { tab } = await makeSetting()
    const release = suspended(`cardea:${parties.issuer}${lock}`)
    const time = await timeOf(async () => {
      expect((await tab().login(credentials())).data?.user.email).toBe(ada.email)
    })
    expect(time).toBeGreaterThan(wait * 0.95)
    expect(time).toBeLessThan(wait * 2)
    await release()
  })

  it('that logs in delays a refresh no longer than that', async () => {
    const { tab, browser } = await makeSetting()
    const client = tab()
    await client.login(credentials())
    later(901)
    const release = suspended(`cardea:${parties.issuer}:login`)
    await tenTimesFaster(() => client.getMe())
    expect(refreshes(browser)).toBe(1)
    await release()
  })
})
