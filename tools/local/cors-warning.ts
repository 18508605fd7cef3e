/**
 * Loaded into the process of serverless-offline (`node --import`). A browser reports that CORS refused a page, but not which
 * setting allows it. This prints the setting in the console of `npm start`, once for each origin.
 */
import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'

const MOST = 100
const seen = new Set<string>()
const listed = (process.env.ALLOWED_ORIGINS ?? '').split(',').map((origin) => origin.trim())

subscribe('http.server.request.start', (message) => {
  const { origin, host } = (message as { request: IncomingMessage }).request.headers
  // A page of the API itself needs no permission.
  if (!origin || listed.includes(origin) || origin === `http://${host}`) return
  if (seen.has(origin) || seen.size === MOST) return
  seen.add(origin)
  // Any page can choose this text, so it is quoted and cut.
  console.log(
    `CORS: a page of ${JSON.stringify(origin.slice(0, 200))} may not call this API from a browser. ` +
      'If it is yours, add it to ALLOWED_ORIGINS in .env, and restart.',
  )
})
