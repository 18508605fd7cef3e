import { createHash, randomBytes } from 'node:crypto'
import { capturedLog } from '../../tools/testing/captured-log.ts'
import { context, eventOf } from '../../tools/testing/events.ts'
import { pages } from './pages.ts'

const secret = randomBytes(32).toString('base64url')
const invocation = context()
const digest = createHash('sha256').update(secret).digest()
const respond = () => ({ statusCode: 200, headers: { 'Content-Type': 'text/html' }, body: '<p>' })
const handlerOf = (trustedProxySecrets: readonly Buffer[], answer: typeof respond = respond) =>
  pages(() => ({ respond: answer, trustedProxies: { trustedProxySecrets, trustedBackendSecrets: [] } }))
const ask = (handler: ReturnType<typeof handlerOf>, headers: Record<string, string> = {}, method = 'GET') =>
  handler(eventOf(`${method} /ui/login`, { headers }), invocation)

describe('a function that serves pages', () => {
  it('answers HEAD like GET, without the content', async () => {
    const { body, ...head } = await ask(handlerOf([]), {}, 'HEAD')
    expect([head.statusCode, body]).toEqual([200, undefined])
  })

  it('refuses a request that comes past the proxy that it trusts', async () => {
    const handler = handlerOf([digest])
    expect(await ask(handler)).toMatchObject({ statusCode: 403, headers: { 'Cache-Control': 'no-store' } })
    const throughProxy = { 'Cardea-Proxy-Secret': secret, 'CloudFront-Viewer-Address': '203.0.113.9:46532' }
    expect(await ask(handler, throughProxy)).toMatchObject({ statusCode: 200 })
  })

  it('that fails says nothing but the number of the request, and logs the rest', async () => {
    const failing = handlerOf([], () => {
      throw new Error('a secret of the inside')
    })
    const { result, entries } = await capturedLog(() => ask(failing))
    expect(result).toMatchObject({
      statusCode: 500,
      headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
    })
    expect(result.body).toContain(invocation.awsRequestId)
    expect(result.body).not.toContain('inside')
    expect(entries).toEqual([expect.objectContaining({ level: 'error', type: 'request.failed' })])
  })
})
