import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { npmStartOver, type Started } from '../../../tools/testing/npm-start.ts'
import { localProviders } from '../../../tools/testing/providers/local-providers.ts'
import { logIn } from '../../../tools/testing/providers/log-in.ts'
import { sendRaw } from '../../../tools/testing/raw-request.ts'

const folder = mkdtempSync(join(tmpdir(), 'cardea-providers-'))
let providers: Awaited<ReturnType<typeof localProviders>>
let started: Started
beforeAll(async () => {
  providers = await localProviders(folder, ['google', 'microsoft', 'apple', 'github', 'oidc'])
  started = await npmStartOver(folder)(providers.settings)
  await started.ready()
})
afterAll(async () => {
  await started?.interrupt()
  await providers?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What a navigation of a browser sends. `fetch` would say that it is none. */
const navigate = (path: string, headers: Record<string, string> = {}) =>
  sendRaw(providers.origin, { method: 'GET', path, headers: { 'sec-fetch-mode': 'navigate', ...headers } })

/** Begins a login, has the person choose an account at the provider, and returns where the browser ends. */
async function login(name: string, account: string): Promise<string | undefined> {
  const query = new URLSearchParams({
    redirect: `${providers.origin}/ui/login`,
    codeChallenge: createHash('sha256').update('a verifier').digest('base64url'),
  })
  const begun = await navigate(`/auth/social/${name}?${query}`)
  expect([begun.status, begun.text]).toEqual([302, ''])
  const [cookie = ''] = begun.cookies.map((each) => each.split(';')[0])
  const sent = await logIn(begun.headers.location ?? '', account)
  const callback = name === 'apple' ? await posted(sent) : `/auth/social/${name}/callback?${sent}`
  const ended = await navigate(callback, { cookie })
  expect([ended.status, ended.text]).toEqual([302, ''])
  return ended.headers.location
}

/** Apple's answer is a form of another site, which brings no cookie. Returns where the browser goes on. */
async function posted(form: URLSearchParams): Promise<string> {
  const answer = await sendRaw(providers.origin, {
    method: 'POST',
    path: '/auth/social/apple/callback',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://appleid.apple.com' },
    body: form.toString(),
  })
  expect([answer.status, answer.text]).toEqual([303, ''])
  return answer.headers.location?.slice(providers.origin.length) ?? ''
}

describe('npm start with a provider of each kind', () => {
  it.each(['google', 'microsoft', 'apple', 'github', 'acme'])(
    'comes back from %s with a code',
    async (name) => {
      const page = `${providers.origin}/ui/login`
      expect(await login(name, 'ada')).toMatch(new RegExp(`^${page}#cardea_code=[\\w-]{43}$`))
      expect(await login(name, '')).toBe(`${page}#cardea_error=access_denied`)
    },
  )
})
