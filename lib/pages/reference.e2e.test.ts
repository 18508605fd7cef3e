import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { complaintsOf, startChromium } from '../../tools/testing/chromium.ts'
import { eventOf } from '../../tools/testing/events.ts'
import { referenceResponder } from './reference.ts'

let browser: Browser
beforeAll(async () => {
  browser = await startChromium()
})
afterAll(() => browser?.close())

/** Opens an operation by its link, as a reader does. */
async function open(page: Page, operationId: string): Promise<void> {
  await page.click(`nav a[href="#${operationId}"]`)
  await page.locator(`#${operationId}`).waitFor({ state: 'visible' })
}

describe('on a deployed stage', () => {
  let server: Server
  let origin: string
  beforeAll(async () => {
    const document = JSON.parse(readFileSync('functions/openapi.json', 'utf8'))
    const respond = referenceResponder(document, 'https://auth.example.com', false)
    server = createServer((_, response) => {
      const { statusCode = 0, headers, body = '' } = respond(eventOf('GET /docs', {}))
      response.writeHead(statusCode, headers as Record<string, string>).end(Buffer.from(body, 'base64'))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => server.close())

  it.each(['light', 'dark'] as const)(
    'opens an operation without a script, another host or a console message, in %s',
    async (colorScheme) => {
      const page = await browser.newPage({ colorScheme })
      const complaints = complaintsOf(page, origin)
      await page.goto(`${origin}/docs`)
      await open(page, 'signUp')
      expect(await page.locator('script, form').count()).toBe(0)
      expect(complaints).toEqual([])
      await page.close()
    },
  )

  it('is wide enough at 320 pixels', async () => {
    const page = await browser.newPage({ viewport: { width: 320, height: 700 } })
    await page.goto(`${origin}/docs`)
    await open(page, 'signUp')
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
    await page.close()
  })
})
