import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { startChromium } from './chromium.ts'
import { checkAnswersOf, checking, undocumentedAnswers } from './documented-http.ts'
import { sendRaw } from './raw-request.ts'

let answer: { readonly status?: number; readonly type?: string; readonly body?: string }
const servers: Server[] = []
async function listening(): Promise<string> {
  const server = createServer((_, response) => {
    const { status = 200, type = 'application/json', body } = answer
    response.writeHead(status, { 'content-type': type }).end(body)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

let api: string
let other: string
let browser: Browser
beforeAll(async () => {
  api = await listening()
  other = await listening()
  checkAnswersOf(api)
  browser = await startChromium()
})
afterAll(async () => {
  await browser?.close()
  for (const server of servers) server.close()
})

const ok = { body: '{"status":"ok"}' }
const more = { body: '{"status":"ok","secret":"x"}' }
const send = checking(fetch)
const withFetch = (method: string, path: string, origin = api) => send(origin + path, { method })
async function inPage(method: string, path: string, origin = api): Promise<void> {
  const page = await browser.newPage()
  await page.route('**/page', (route) => route.fulfill({ contentType: 'text/html', body: '<p>' }))
  await page.goto(`${origin}/page`)
  const answered = page.waitForResponse(origin + path)
  await page.evaluate(
    `fetch(${JSON.stringify(path)}, { method: '${method}' }).then((answer) => answer.text())`,
  )
  // A page that is closed takes the body with it, before the check has read it.
  await (await answered).body().catch(() => undefined)
  await page.close()
}

describe.each([
  ['fetch', withFetch],
  ['sendRaw', (method: string, path: string, origin = api) => sendRaw(origin, { method, path })],
  ['a page', inPage],
])('an answer that %s receives', (_, call) => {
  it.each<[string, typeof answer, string, RegExp]>([
    ['another field', more, 'GET /health', /^GET \/health answered 200, .* NOT have additional properties/],
    ['another status', { ...ok, status: 418 }, 'GET /health', /does not list this status/],
    ['no JSON', { body: 'ok' }, 'GET /health', /does not allow this body/],
    ['another type to HEAD', { type: 'text/html' }, 'HEAD /health', /does not allow the content type/],
    ['another body for an id', ok, 'GET /users/1', /^GET \/users\/\{userId\} answered 200/],
    ['an answer of no route', ok, 'DELETE /health', /^DELETE \/health answered 200, .* does not list it/],
  ])('is a fault if it has %s', async (_, given, request, fault) => {
    answer = given
    const [method = '', path = ''] = request.split(' ')
    await call(method, path)
    expect(await undocumentedAnswers()).toEqual([expect.stringMatching(fault)])
  })

  it.each<[string, typeof answer, string]>([
    ['is documented', ok, 'GET /health?x=1'],
    ['has no body after HEAD', {}, 'HEAD /health'],
    ['is the 401 of the gateway', { status: 401, body: '{"message":"Unauthorized"}' }, 'GET /users/me'],
    ['is the 404 of the gateway', { status: 404, body: '{"message":"Not Found"}' }, 'DELETE /health'],
    ['is of an undocumented path', more, 'GET /ui/login'],
  ])('is none if it %s', async (_, given, request) => {
    answer = given
    const [method = '', path = ''] = request.split(' ')
    await call(method, path)
    expect(await undocumentedAnswers()).toEqual([])
  })

  it('is none if another program gave it', async () => {
    answer = more
    await call('GET', '/health', other)
    expect(await undocumentedAnswers()).toEqual([])
  })
})
