import { browserFetch, makeBrowser } from '../../tools/testing/browser-fetch.ts'
import { parties } from '../../tools/testing/test-services.ts'
import { ada } from '../../tools/testing/test-users.ts'
import { reactNative } from '../testing/react-native.ts'
import { credentials, inDocument, later, makeSetting, memoryStorage, refreshes } from '../testing/tabs.ts'
import type { AuthState } from './client.ts'

inDocument()

/** The API, and an app that also calls other hosts. */
async function appIn(stubs?: object) {
  const { api } = await makeSetting()
  const browser = makeBrowser()
  const answers: Response[] = []
  const seen: (string | null)[] = []
  const apiFetch = browserFetch(api, browser)
  const { createClient } = reactNative(async (input, init) => {
    if (String(input).startsWith(`${parties.issuer}/`)) return apiFetch(input, init)
    seen.push(new Headers(init?.headers).get('authorization'))
    return answers.shift() ?? Response.json({ body: init?.body })
  }, stubs)
  const storage = memoryStorage()
  const client = createClient({
    issuer: parties.issuer,
    transport: 'body',
    storage,
    apis: ['https://api.example.com/', 'https://shared.example.com/ours'],
  })
  const heard: AuthState[] = []
  client.onAuthStateChange((state) => heard.push(state))
  return { client, storage, browser, heard, seen, answers }
}

describe('in React Native', () => {
  it.each([
    ['as it is', undefined],
    ['with a stub of a document', { document: {} }],
  ])('%s, a session lives from the login to the logout', async (_, stubs) => {
    const { client, storage, browser, heard } = await appIn(stubs)
    expect((await client.login(credentials())).error).toBeUndefined()
    expect((await client.getMe()).data?.email).toBe(ada.email)
    later(901)
    const answers = await Promise.all([client.getMe(), client.listMySessions(), client.getMe()])
    expect(answers.map(({ error }) => error?.code)).toEqual([undefined, undefined, undefined])
    expect(refreshes(browser)).toBe(1)
    await client.logout()
    expect(await storage.get()).toBeUndefined()
    expect((await client.getMe()).error?.code).toBe('unauthorized')
    expect(heard.map(({ event }) => event)).toEqual(['signed_in', 'signed_out'])
  })

  it.each([
    ['https://api.example.com', true],
    ['https://api.example.com?of=today', true],
    ['https://api.example.com/notes?path=/../..', true],
    ['https://shared.example.com/ours/notes', true],
    ['https://shared.example.com/ours/.notes', true],
    ['https://shared.example.com/oursandmore', false],
    ['https://shared.example.com/ours/../theirs', false],
    ['https://shared.example.com/ours/%2e%2E/theirs', false],
    ['https://shared.example.com/ours/..', false],
    ['https://shared.example.com/ours\\..\\theirs', false],
    ['https://shared.example.com/ours/\t../theirs', false],
    ['https://api.example.com@evil.example/', false],
    ['https://api.example.com\\@evil.example/', false],
    ['https://api.example.com.evil.example/', false],
    ['https://api.example.com:8443/', false],
    ['http://api.example.com/', false],
  ])('%s gets the access token: %s', async (url, gets) => {
    const { client, seen } = await appIn()
    await client.login(credentials())
    await client.fetch(url)
    expect(seen).toEqual([gets ? expect.stringMatching(/^Bearer ey/) : null])
  })

  it('a call with a body is sent once more after a 401', async () => {
    const { client, browser, seen, answers } = await appIn()
    await client.login(credentials())
    answers.push(new Response('', { status: 401 }))
    const response = await client.fetch('https://api.example.com/notes', { method: 'POST', body: 'a note' })
    expect(await response.json()).toEqual({ body: 'a note' })
    expect(new Set(seen).size).toBe(2)
    expect(refreshes(browser)).toBe(1)
  })
})
