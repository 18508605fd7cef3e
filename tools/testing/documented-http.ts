import type { Browser } from 'playwright-core'
import { expectDocumented, isDocumentedPath, routePath } from './documented.ts'

/** An answer over HTTP. */
export interface HttpAnswer {
  readonly method: string
  readonly url: string
  readonly status: number
  readonly header: (name: string) => string | undefined
  /** `undefined` where the body cannot be read. */
  readonly text: string | undefined
}

const origins = new Set<string>()
const checks: Promise<void>[] = []
const faults: string[] = []

/** From now on the answers of the API at `origin` are checked. */
export const checkAnswersOf = (origin: string): void => {
  origins.add(origin)
}

/** What the document does not allow in the answers since the last call. */
export async function undocumentedAnswers(): Promise<readonly string[]> {
  await Promise.all(checks.splice(0))
  return faults.splice(0)
}

/** Other programs, pages and preflights are not described. */
function isDescribed({ method, url }: Pick<HttpAnswer, 'method' | 'url'>): boolean {
  const { origin, pathname } = new URL(url)
  return origins.has(origin) && method !== 'OPTIONS' && isDocumentedPath(pathname)
}

/** Checks an answer, if `functions/openapi.json` describes it. */
export function checkAnswer(answer: HttpAnswer): void {
  if (!isDescribed(answer)) return
  try {
    expectDocumentedOverHttp(answer)
  } catch (error) {
    faults.push((error as Error).message)
  }
}

function expectDocumentedOverHttp({ method, url, status, header, text }: HttpAnswer): void {
  const { pathname } = new URL(url)
  // serverless-offline ends a function that takes too long with 504. AWS answers 500, which is listed.
  if (status === 504) return
  const path = routePath(method === 'HEAD' ? 'GET' : method, pathname)
  if (path) {
    const isWithoutBody = method === 'HEAD' || text === undefined
    const body = text ? parsed(text) : undefined
    expectDocumented(`${method.replace('HEAD', 'GET')} ${path}`, { status, header, body, isWithoutBody })
  } else if (status !== 404)
    throw new Error(`${method} ${pathname} answered ${status}, but functions/openapi.json does not list it`)
}

/** A `fetch` whose answers are checked. */
export const checking =
  (send: typeof fetch): typeof fetch =>
  async (input, init) => {
    const response = await send(input, init)
    const method = init?.method ?? (input instanceof Request ? input.method : 'GET')
    const { url, status, headers } = response
    if (isDescribed({ method, url })) {
      const header = (name: string) => headers.get(name) ?? undefined
      // A caller that reads a broken body gets the error.
      const text = response
        .clone()
        .text()
        .catch(() => undefined)
      checks.push(text.then((text) => checkAnswer({ method, url, status, header, text })))
    }
    return response
  }

/** Checks the answers that every page of a browser receives. */
export function checkAnswersIn(browser: Browser): void {
  browser.on('context', (context) =>
    context.on('response', (response) => {
      const known = { method: response.request().method(), url: response.url(), status: response.status() }
      if (!isDescribed(known)) return
      const header = (name: string) => response.headers()[name.toLowerCase()]
      // A page that goes elsewhere takes the body with it.
      const text = response.text().catch(() => undefined)
      checks.push(text.then((text) => checkAnswer({ ...known, header, text })))
    }),
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
