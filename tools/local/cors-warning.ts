/**
 * Loaded into the process of serverless-offline (`node --import`). A browser reports that the API refused a page, but not how to
 * allow it. This prints that in the console of `npm start`, once for each origin.
 */
import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'

const MOST = 100
const seen = new Set<string>()
const configured = (process.env.ALLOWED_ORIGINS ?? '').split(',').map((origin) => origin.trim())
const loopback = ['localhost', '127.0.0.1', '[::1]']

/** What its developer has to change, if the API refuses a page of `origin`. */
export function warningFor(origin: string, host: string, listed: readonly string[]): string | undefined {
  const api = `http://${host}`
  // A page of the API itself needs no permission.
  if (origin === api) return undefined
  // Any page can choose this text, so it is quoted and cut.
  const page = JSON.stringify(origin.slice(0, 200))
  const url = URL.parse(origin)
  const { hostname } = new URL(api)
  if (url && url.hostname !== hostname && [url.hostname, hostname].every((name) => loopback.includes(name))) {
    url.hostname = hostname
    return (
      `Cookies: a page of ${page} is of another site than ${api}, so the API refuses its cookie. ` +
      `Open the page on ${url.origin}, which ALLOWED_ORIGINS must list.`
    )
  }
  if (listed.includes(origin)) return undefined
  return (
    `CORS: a page of ${page} may not call this API from a browser. ` +
    'If it is yours, add it to ALLOWED_ORIGINS in .env, and restart.'
  )
}

subscribe('http.server.request.start', (message) => {
  const { origin, host = '' } = (message as { request: IncomingMessage }).request.headers
  if (!origin || seen.has(origin) || seen.size === MOST || !URL.canParse(`http://${host}`)) return
  const warning = warningFor(origin, host, configured)
  if (!warning) return
  seen.add(origin)
  console.log(warning)
})
