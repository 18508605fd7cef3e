import { existsSync } from 'node:fs'
import AxeBuilder from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { checkAnswersIn } from './documented-http.ts'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Starts Debian's Chromium, or Google Chrome; `CHROMIUM` names another. */
export async function startChromium(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? places.find((place) => existsSync(place))
  if (!executablePath)
    throw new Error('Install Chromium (apt-get install chromium), or name it with CHROMIUM')
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  checkAnswersIn(browser)
  return browser
}

/** What a page writes to its console, and what it asks of other hosts. `allowed` are the refusals that a test causes. */
export function complaintsOf(page: Page, origin: string): string[] {
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('data:'))
      complaints.push(`asks ${request.url()}`)
  })
  return complaints
}

const runAxe = `globalThis.axeResults = axe
  .run({
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'],
    resultTypes: ['violations'],
  })
  .then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')),
  )`

/** The violations of WCAG 2.2 A and AA that axe-core finds in the page as it is now. */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  // The page's policy forbids inline scripts, so this goes through the debugger. Loading axe-core takes longer than running it.
  if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(AxeBuilder.source)
  // The page keeps the promise, or it may be garbage collected before it settles.
  return page.evaluate<readonly string[]>(runAxe)
}
