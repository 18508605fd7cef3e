import { browserFetch } from '../../tools/testing/browser-fetch.ts'
import { delivered } from '../../tools/testing/test-mail.ts'
import { ada, eve, mailTo } from '../../tools/testing/test-users.ts'
import { totpCode } from '../../tools/testing/totp-codes.ts'
import {
  count,
  credentials,
  events,
  inDocument,
  later,
  makeSetting,
  messages,
  refreshes,
  type Tab,
  tabOf,
} from '../testing/tabs.ts'
import { ApiError } from './api-error.ts'

inDocument()

const email = { newEmail: 'countess@example.com' }
const CHANGE = 'PUT /users/me/email'

/** Ada, whose email is verified, is logged in, and her last proof is too old. */
async function stale() {
  const setting = await makeSetting()
  const { services, tab } = setting
  const client = tab()
  await delivered(services)
  await client.verifyEmail({ token: mailTo(services, ada.email, 'verify_email').token })
  await client.login(credentials())
  services.clock.advance(601)
  const prove = () => client.reauthenticate({ password: ada.password }).then(({ error }) => !error)
  return { ...setting, client, prove }
}

describe('a call that needs a newer proof', () => {
  it('is answered as it is where the application offers none, and causes no refresh', async () => {
    const { client, browser } = await stale()
    const { error } = await client.changeEmail(email)
    expect(error).toMatchObject({ code: 'reauthentication_required', status: 401, maxAge: 600 })
    expect([count(browser, CHANGE), refreshes(browser)]).toEqual([1, 0])
  })

  it('is sent once more after the proof, with the tokens of that', async () => {
    const { client, browser, prove } = await stale()
    const needs: unknown[] = []
    client.onReauthenticationRequired((need) => {
      needs.push(need)
      return prove()
    })
    expect(await client.changeEmail(email)).toEqual({ data: undefined })
    expect(needs).toEqual([{ maxAge: 600 }])
    expect([count(browser, CHANGE), refreshes(browser)]).toEqual([2, 0])
    expect(events(client)).toEqual(['signed_in'])
  })

  it('waits for one proof together with others', async () => {
    const { client, prove } = await stale()
    const asked = jest.fn(prove)
    client.onReauthenticationRequired(asked)
    const answers = await Promise.all([client.changeEmail(email), client.exportMe(), client.endMySessions()])
    expect(answers.map(({ error }) => error)).toEqual([undefined, undefined, undefined])
    expect(asked).toHaveBeenCalledTimes(1)
  })

  it.each([
    ['declines', async () => false, 1],
    ['only says that it was given', async () => true, 2],
  ])('is refused if the user %s', async (_, prove, sent) => {
    const { client, browser } = await stale()
    client.onReauthenticationRequired(prove)
    expect((await client.changeEmail(email)).error?.code).toBe('reauthentication_required')
    expect(count(browser, CHANGE)).toBe(sent)
  })

  it('is refused if the application fails, which is reported', async () => {
    const { client } = await stale()
    const reported = jest.spyOn(console, 'error').mockImplementation(() => undefined)
    client.onReauthenticationRequired(() => {
      throw new Error('of the application')
    })
    expect((await client.changeEmail(email)).error?.code).toBe('reauthentication_required')
    expect(reported).toHaveBeenCalledTimes(1)
    reported.mockRestore()
  })

  it('ends with the outage that kept the application from asking', async () => {
    const { client, browser } = await stale()
    const lost = new ApiError('network_error', 'The dialog did not come.')
    client.onReauthenticationRequired(async () => {
      throw lost
    })
    expect((await client.changeEmail(email)).error).toBe(lost)
    await expect(client.fetch(`${client.issuer}/users/me/export`)).rejects.toBe(lost)
    expect(count(browser, CHANGE)).toBe(1)
  })

  it('does not end with the refusal of another call', async () => {
    const { client } = await stale()
    const reported = jest.spyOn(console, 'error').mockImplementation(() => undefined)
    client.onReauthenticationRequired(async () => {
      throw new ApiError('wrong_password', 'Of the proof.', { status: 403 })
    })
    expect((await client.changeEmail(email)).error?.code).toBe('reauthentication_required')
    expect(reported).toHaveBeenCalledTimes(1)
    reported.mockRestore()
  })

  it('asks nobody once the application has ended that', async () => {
    const { client, prove } = await stale()
    const asked = jest.fn(prove)
    const stop = client.onReauthenticationRequired(asked)
    stop()
    expect((await client.changeEmail(email)).error?.code).toBe('reauthentication_required')
    expect(asked).not.toHaveBeenCalled()
  })

  it('is not sent as Eve, who logged in instead of proving to be Ada', async () => {
    const { client, browser } = await stale()
    client.onReauthenticationRequired(() => client.login(credentials(eve)).then(({ error }) => !error))
    expect((await client.changeEmail(email)).error?.code).toBe('user_changed')
    expect(count(browser, CHANGE)).toBe(1)
  })

  it('may be one to another API (RFC 9470)', async () => {
    const { client: first, api, browser } = await stale()
    await first.getUser()
    const real = browserFetch(api, browser)
    const seen: (string | null)[] = []
    const client = tabOf(
      async (input, init) => {
        const request = new Request(input, init)
        if (!request.url.startsWith('https://api.example.com')) return real(request, init)
        seen.push(request.headers.get('authorization'))
        const challenge = 'Bearer error="insufficient_user_authentication", max_age=300'
        return seen.length > 1
          ? new Response('done')
          : new Response('', { status: 401, headers: { 'www-authenticate': challenge } })
      },
      ['https://api.example.com'],
    )
    const needs: unknown[] = []
    client.onReauthenticationRequired(async (need) => {
      needs.push(need)
      return !(await client.reauthenticate({ password: ada.password })).error
    })
    const response = await client.fetch('https://api.example.com/payments', { method: 'POST', body: '1' })
    expect([await response.text(), needs, new Set(seen).size]).toEqual(['done', [{ maxAge: 300 }], 2])
  })
})

describe('a call to an API that asks for a level', () => {
  it('is answered as it is: the user has no second factor, so no new proof would help', async () => {
    const { client: first, api, browser } = await stale()
    await first.getUser()
    const real = browserFetch(api, browser)
    const challenge = 'Bearer error="insufficient_user_authentication", acr_values="aal2"'
    const client = tabOf(
      async (input, init) => {
        const request = new Request(input, init)
        if (!request.url.startsWith('https://api.example.com')) return real(request, init)
        return new Response('', { status: 401, headers: { 'www-authenticate': challenge } })
      },
      ['https://api.example.com'],
    )
    const asked = jest.fn(async () => true)
    client.onReauthenticationRequired(asked)
    const response = await client.fetch('https://api.example.com/payments')
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, challenge])
    expect(asked).not.toHaveBeenCalled()
  })
})

describe('two tabs', () => {
  const changes: [string, (tab: Tab, now: number) => Promise<{ error?: unknown }>][] = [
    ['a new proof', (tab) => tab.reauthenticate({ password: ada.password })],
    [
      'a second factor',
      async (tab, now) => {
        await tab.reauthenticate({ password: ada.password })
        const { data } = await tab.startTotp()
        return tab.confirmTotp({ code: totpCode(data?.secret ?? '', now) })
      },
    ],
  ]
  const deafTab = (tab: () => Tab) => {
    const channels = globalThis.BroadcastChannel
    globalThis.BroadcastChannel = undefined as never
    const opened = tab()
    globalThis.BroadcastChannel = channels
    return opened
  }

  it.each(changes)(
    'stay logged in after %s in one of them, which ends the former session',
    async (_, change) => {
      const { client, tab, services, browser } = await stale()
      const [hears, deaf] = [tab(), deafTab(tab)]
      expect((await deaf.getUser()).data?.email).toBe(ada.email)
      await messages()
      expect((await change(client, services.clock.now())).error).toBeUndefined()
      await messages()
      const before = refreshes(browser)
      expect((await hears.getMe()).data?.email).toBe(ada.email)
      expect(refreshes(browser)).toBe(before)
      expect((await deaf.getMe()).data?.email).toBe(ada.email)
      later(901)
      services.clock.advance(901)
      expect((await hears.getMe()).data?.email).toBe(ada.email)
      for (const each of [client, hears, deaf]) expect(events(each)).toEqual(['signed_in'])
    },
  )

  it('may prove at once: neither is told that another user logged in', async () => {
    const { client, tab } = await stale()
    const other = tab()
    await other.getUser()
    await messages()
    const proofs = [client, other].map((each) => each.reauthenticate({ password: ada.password }))
    expect((await Promise.all(proofs)).map(({ error }) => error?.code)).toEqual([undefined, undefined])
    await messages()
    for (const each of [client, other]) expect((await each.getMe()).data?.email).toBe(ada.email)
  })
})

describe('a login with a second factor', () => {
  it('takes two calls, and no report of the first shows what completes it', async () => {
    const { client, tab, services } = await stale()
    await client.reauthenticate({ password: ada.password })
    const { data } = await client.startTotp()
    const secret = data?.secret ?? ''
    const { data: enrolled } = await client.confirmTotp({ code: totpCode(secret, services.clock.now()) })
    expect(enrolled?.recoveryCodes).toHaveLength(10)
    await client.logout()

    const other = tab()
    const { error } = await other.login(credentials())
    expect(error).toMatchObject({ code: 'second_factor_required', factors: ['totp', 'recoveryCode'] })
    const authSession = error?.authSession ?? ''
    expect(authSession).not.toBe('')
    expect(JSON.stringify({ ...error })).not.toContain(authSession)
    services.clock.advance(30)
    const totp = totpCode(secret, services.clock.now())
    expect((await other.proveSecondFactor({ authSession, totp })).data?.user.email).toBe(ada.email)
    expect(events(other)).toEqual(['signed_in'])
  })
})
