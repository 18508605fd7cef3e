import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { REVOCATION_PREFIX } from '../../../lib/storage/item-keys.ts'
import { runningEndpoint } from '../../../tools/local/dynamodb.ts'
import { mailedDigits } from '../../../tools/local/mailbox.ts'
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

const codeVerifier = randomBytes(32).toString('base64url')

/** What a navigation of a browser sends. `fetch` would say that it is none. */
const navigate = (path: string, headers: Record<string, string> = {}) =>
  sendRaw(providers.origin, { method: 'GET', path, headers: { 'sec-fetch-mode': 'navigate', ...headers } })

/** Begins a login, has the person choose an account at the provider, and returns where the browser ends. */
async function login(name: string, account: string): Promise<string | undefined> {
  const query = new URLSearchParams({
    redirect: `${providers.origin}/ui/login`,
    codeChallenge: createHash('sha256').update(codeVerifier).digest('base64url'),
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

/** Calls the API, and returns the body of a success. */
async function call(route: string, body?: object, accessToken?: string) {
  const [method = '', path = ''] = route.split(' ')
  const headers = {
    ...(body && { 'content-type': 'application/json' }),
    ...(accessToken && { authorization: `Bearer ${accessToken}` }),
  }
  const answer = await fetch(`${providers.origin}${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  expect([route, answer.ok, text]).toEqual([route, true, text])
  return text && JSON.parse(text)
}

/** How many tokens wait to be revoked. */
async function revocations(): Promise<number | undefined> {
  const endpoint = await runningEndpoint(folder)
  if (!endpoint) throw new Error('DynamoDB does not run')
  const dynamodb = new DynamoDBClient({
    endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  const jobs = new ScanCommand({
    TableName: 'cardea-local-sessions',
    FilterExpression: 'begins_with(pk, :prefix)',
    ExpressionAttributeValues: { ':prefix': { S: REVOCATION_PREFIX } },
  })
  return (await dynamodb.send(jobs).finally(() => dynamodb.destroy())).Count
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

  it('revokes the token of Apple when its account is deleted', async () => {
    const [, code] = (await login('apple', 'ada'))?.split('#cardea_code=') ?? []
    const first = await call('POST /auth/social/redeem', { code, codeVerifier, transport: 'body' })
    const { email } = await call('GET /users/me', undefined, first.accessToken)
    await call('POST /auth/reauthenticate/email', undefined, first.accessToken)
    const digits = (await mailedDigits(started.mailbox, email)).slice(1).join('')
    const proof = { code: digits, transport: 'body' }
    const { accessToken } = await call('POST /auth/reauthenticate', proof, first.accessToken)
    const before = started.said().length
    await call('DELETE /users/me', undefined, accessToken)
    // A deletion leaves a job. The function deletes it once the provider has revoked the token.
    for (let waited = 0; (await revocations()) !== 0 && waited < 20_000; waited += 100) await wait(100)
    const said = started.said().slice(before)
    expect([await revocations(), said]).toEqual([0, expect.not.stringContaining('social.failed')])
  })
})
