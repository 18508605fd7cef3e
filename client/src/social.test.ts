import { createHash } from 'node:crypto'
import { browserFetch } from '../../tools/testing/browser-fetch.ts'
import { parties } from '../../tools/testing/test-services.ts'
import { credentials, events, inDocument, makeSetting, tabOf } from '../testing/tabs.ts'
import { socialLogin } from './social.ts'

// A real provider and a real browser run the whole flow in pages/social.e2e.test.ts. Here is what the client itself promises.

inDocument()

const HOME = 'https://app.example.com/login'
const KEY = `cardea:${parties.issuer}:social`
let kept: Map<string, string>
let left: string[]
let page: { origin: string; pathname: string; search: string; hash: string; assign: (url: string) => void }

/** A page of one tab: its address, its history, and what the tab keeps. */
beforeEach(() => {
  kept = new Map()
  left = []
  page = {
    origin: 'https://app.example.com',
    pathname: '/login',
    search: '?lang=de',
    hash: '',
    assign: (url) => void left.push(url),
  }
  const globals = {
    location: page,
    history: {
      state: { of: 'a router' },
      replaceState: (state: unknown, _: string, url: string) => {
        expect(state).toEqual({ of: 'a router' })
        const [path = '', search] = url.split('?')
        Object.assign(page, { pathname: path, search: search ? `?${search}` : '', hash: '' })
      },
    },
    sessionStorage: {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    },
  }
  for (const [name, value] of Object.entries(globals))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
})
afterEach(() => {
  for (const name of ['location', 'history', 'sessionStorage']) delete (globalThis as never)[name]
})

const problem = (status: number, body: object) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/problem+json' } })

/** A tab. The routes of social login answer as they are told. */
async function begun(answers: Readonly<Record<string, () => Response>> = {}) {
  const { api, browser } = await makeSetting()
  const real = browserFetch(api, browser)
  const sent: { route: string; body: any }[] = []
  const cardea = tabOf(async (input, init) => {
    const route = `${init?.method} ${String(input).slice(parties.issuer.length)}`
    const answer = answers[route]
    if (!answer) return real(input, init)
    sent.push({ route, body: JSON.parse(String(init?.body)) })
    return answer()
  })
  return { cardea, social: socialLogin(cardea), sent }
}

const REDEEM = 'POST /auth/social/redeem'
const LINK = 'POST /users/me/identities'
const TICKET = 'POST /auth/social/google/link'
const linkRequired = () =>
  problem(403, {
    code: 'link_required',
    linkSession: 'half-a-login',
    email: 'ada@example.com',
    proofs: ['password', 'code'],
  })
const verifier = () => JSON.parse(kept.get(KEY) ?? '{}').verifier

describe('a login with a provider', () => {
  it('leaves the page with the challenge of a verifier that only this tab has (RFC 7636)', async () => {
    const { social } = await begun()
    expect(await social.loginWith('google')).toEqual({ data: undefined })
    const [url = ''] = left
    const { origin, pathname, searchParams } = new URL(url)
    expect([origin, pathname]).toEqual([parties.issuer, '/auth/social/google'])
    expect(verifier()).toMatch(/^[\w-]{43}$/)
    expect(Object.fromEntries(searchParams)).toEqual({
      redirect: HOME,
      codeChallenge: createHash('sha256').update(verifier()).digest('base64url'),
    })
    expect(url).not.toContain(verifier())
    const first = verifier()
    await social.loginWith('google', { redirect: 'https://app.example.com/back' })
    expect(new URL(left[1] ?? '').searchParams.get('redirect')).toBe('https://app.example.com/back')
    expect(verifier()).not.toBe(first)
  })

  it('cannot be led to another path by the name of a provider', async () => {
    const { social } = await begun()
    await social.loginWith('../logout?x')
    expect(new URL(left[0] ?? '').pathname).toBe('/auth/social/..%2Flogout%3Fx')
  })

  it('begins nowhere if the browser keeps nothing', async () => {
    const { social } = await begun()
    sessionStorage.setItem = () => {
      throw new DOMException('of the browser', 'SecurityError')
    }
    expect((await social.loginWith('google')).error?.code).toBe('social_unsupported')
    expect(left).toEqual([])
  })

  it('ends once, with a code that leaves the address, also when a page mounts twice', async () => {
    const { cardea, social, sent } = await begun({ [REDEEM]: linkRequired })
    await social.loginWith('google')
    const codeVerifier = verifier()
    page.hash = '#cardea_code=the-code'
    const [first, second] = await Promise.all([social.finish(), socialLogin(cardea).finish()])
    expect(second).toBe(first)
    expect([page.pathname, page.search, page.hash, kept.size]).toEqual(['/login', '?lang=de', '', 0])
    expect(sent).toEqual([{ route: REDEEM, body: { code: 'the-code', codeVerifier } }])
    expect(first).toMatchObject({ purpose: 'login', provider: 'google', error: { code: 'link_required' } })
    expect(await social.finish()).toBeUndefined()
  })

  it('logs in', async () => {
    const { cardea, social } = await begun()
    const { data } = await cardea.login(credentials())
    await cardea.logout()
    const { cardea: other } = await begun({ [REDEEM]: () => Response.json(data) })
    const flow = socialLogin(other)
    await social.loginWith('google')
    page.hash = '#cardea_code=the-code'
    expect((await flow.finish())?.data?.user.email).toBe('ada@example.com')
    expect(events(other)).toEqual(['signed_in'])
  })

  it('that needs a proof tells which, and no report of it shows what completes it', async () => {
    const { social } = await begun({ [REDEEM]: linkRequired })
    await social.loginWith('google')
    page.hash = '#cardea_code=the-code'
    const { error } = (await social.finish()) ?? {}
    expect(error).toMatchObject({ email: 'ada@example.com', proofs: ['password', 'code'] })
    expect(error?.linkSession).toBe('half-a-login')
    expect(JSON.stringify({ ...error })).not.toContain('half-a-login')
  })

  it.each(['access_denied', 'social_expired', 'provider_unavailable', 'provider_error', 'unavailable'])(
    'that failed with %s sends nothing, and its verifier is gone',
    async (code) => {
      const { social, sent } = await begun({ [REDEEM]: linkRequired })
      await social.loginWith('google')
      page.hash = `#cardea_error=${code}`
      expect(await social.finish()).toMatchObject({ purpose: 'login', provider: 'google', error: { code } })
      expect([sent.length, kept.size, page.hash]).toEqual([0, 0, ''])
    },
  )

  it('tells no text that somebody else wrote into the address', async () => {
    const { social } = await begun()
    page.hash = '#cardea_error=Call+0900+123'
    const outcome = await social.finish()
    expect(outcome?.error?.code).toBe('provider_error')
    expect(outcome?.error?.message).not.toContain('0900')
  })

  it('that another tab began is not redeemed here: it may be of somebody else (RFC 9700 4.7)', async () => {
    const { social, sent } = await begun({ [REDEEM]: linkRequired })
    page.hash = '#cardea_code=of-an-attacker'
    expect(await social.finish()).toMatchObject({ provider: '', error: { code: 'social_expired' } })
    expect([sent.length, page.hash]).toEqual([0, ''])
  })

  it('came back to no page without a code or an error', async () => {
    const { social } = await begun()
    await social.loginWith('google')
    page.hash = '#section-2'
    expect(await social.finish()).toBeUndefined()
    expect([page.hash, kept.size]).toEqual(['#section-2', 1])
  })
})

describe('a link', () => {
  it('begins with a ticket, and its code is redeemed for the user who is logged in', async () => {
    const url = `${parties.issuer}/auth/social/google?ticket=once`
    const taken = () => problem(409, { code: 'identity_taken' })
    const { cardea, social, sent } = await begun({
      [TICKET]: () => Response.json({ url }, { status: 201 }),
      [LINK]: taken,
    })
    await cardea.login(credentials())
    expect(await social.link('google')).toEqual({ data: undefined })
    const codeVerifier = verifier()
    expect(left).toEqual([url])
    page.hash = '#cardea_code=the-code'
    const outcome = await social.finish()
    expect(outcome).toMatchObject({
      purpose: 'link',
      provider: 'google',
      error: { code: 'identity_taken' },
    })
    const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url')
    expect(sent).toEqual([
      { route: TICKET, body: { redirect: HOME, codeChallenge } },
      { route: LINK, body: { code: 'the-code', codeVerifier } },
    ])
  })

  it('keeps nothing and stays on the page if it is refused', async () => {
    const { cardea, social } = await begun({ [TICKET]: () => problem(403, { code: 'email_not_verified' }) })
    await cardea.login(credentials())
    expect((await social.link('google')).error?.code).toBe('email_not_verified')
    expect([left, kept.size]).toEqual([[], 0])
  })
})

it('a new proof with a provider is sent as one, for the user who is logged in', async () => {
  const url = `${parties.issuer}/auth/social/google?ticket=once`
  const { cardea, social, sent } = await begun({
    'POST /auth/social/google/reauthenticate': () => Response.json({ url }, { status: 201 }),
    'POST /auth/reauthenticate': () => problem(400, { code: 'invalid_code' }),
  })
  await cardea.login(credentials())
  await social.reauthenticateWith('google')
  const codeVerifier = verifier()
  page.hash = '#cardea_code=the-code'
  expect(await social.finish()).toMatchObject({
    purpose: 'reauthentication',
    error: { code: 'invalid_code' },
  })
  expect(left).toEqual([url])
  expect(sent[1]?.body).toEqual({ social: { code: 'the-code', codeVerifier } })
})
