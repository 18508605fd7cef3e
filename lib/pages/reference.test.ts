import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { context, eventOf } from '../../tools/testing/events.ts'
import { referenceResponder } from './reference.ts'

const document = JSON.parse(readFileSync('functions/openapi.json', 'utf8'))
const ask = (calls: boolean, headers: Record<string, string> = {}) => {
  const answer = referenceResponder(
    document,
    'https://auth.example.com',
    calls,
  )(eventOf('GET /docs', { headers }))
  return { ...answer, headers: answer.headers ?? {}, body: Buffer.from(answer.body ?? '', 'base64') }
}

describe('the reference', () => {
  it('shows each operation, each code and each received example', () => {
    const html = ask(false).body.toString()
    const operations = Object.values<any>(document.paths).flatMap((methods) => Object.values<any>(methods))
    expect(operations.length).toBeGreaterThan(30)
    for (const { operationId } of operations) {
      expect(html).toContain(`<div id="${operationId}">`)
      expect(html).toContain(`<a href="#${operationId}">`)
    }
    for (const code of Object.keys(document.components.examples))
      expect(html).toContain(`&quot;code&quot;: &quot;${code}&quot;`)
    expect(html).not.toMatch(/undefined|\[object/)
  })

  it('can do nothing on a deployed stage: it has no script and no form, and a sandbox', () => {
    const { headers, body } = ask(false)
    expect(body.toString()).not.toMatch(
      /<script|<form|<input|(?:src|href|action)="https?:\/\/(?!auth\.example\.com)|url\(/,
    )
    const policy = String(headers['Content-Security-Policy']).split('; ')
    expect(policy).toEqual(expect.arrayContaining(['sandbox', "connect-src 'none'", "default-src 'none'"]))
    expect(policy.join()).not.toMatch(/script-src|unsafe/)
  })

  it('escapes what the document says', () => {
    const info = { ...document.info, title: '<script>alert(1)</script>' }
    const { body = '' } = referenceResponder(
      { ...document, info },
      'https://x.example',
      false,
    )(eventOf('GET /docs', {}))
    expect(Buffer.from(body, 'base64').toString()).not.toContain('<script')
  })

  it('is sent compressed, and not again while it is unchanged', () => {
    const { headers, body } = ask(false, { 'accept-encoding': 'gzip' })
    expect(headers['Content-Encoding']).toBe('gzip')
    expect(body.length).toBeLessThan(30_000)
    expect(gunzipSync(body).toString()).toContain('<!doctype html>')
    expect(ask(false, { 'if-none-match': String(headers.ETag) }).statusCode).toBe(304)
  })
})

describe('GET /docs', () => {
  it.each([
    ['true', 200],
    ['false', 404],
  ])('with DOCS=%s answers %i', async (DOCS, status) => {
    const before = process.env
    process.env = { ...before, DOCS, ISSUER: 'https://auth.example.com' }
    try {
      await jest.isolateModulesAsync(async () => {
        const { handler } = await import('../../functions/pages/docs.ts')
        expect(await handler(eventOf('GET /docs', {}), context())).toMatchObject({ statusCode: status })
      })
    } finally {
      process.env = before
    }
  })
})
