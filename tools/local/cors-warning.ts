/**
 * Loaded into the process of serverless-offline (`node --import`). A browser says that CORS refused a page, and not which
 * setting would allow it: this says it in the console of `npm start`, once for each origin.
 */
import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'

const MOST = 100
const seen = new Set<string>()
const listed = (process.env.ALLOWED_ORIGINS ?? '').split(',').map((origin) => origin.trim())

subscribe('http.server.request.start', (message) => {
  const { origin, host } = (message as { request: IncomingMessage }).request.headers
  // A page of the API's own address, such as one that shows its documentation, needs no permission.
  if (!origin || listed.includes(origin) || origin === `http://${host}`) return
  if (seen.has(origin) || seen.size === MOST) return
  seen.add(origin)
  // Any page may choose this text: it is shown as data, and not at length.
  console.log(
    `CORS: a page of ${JSON.stringify(origin.slice(0, 200))} may not call this API from a browser. ` +
      'If it is yours, add it to ALLOWED_ORIGINS in .env, and restart.',
  )
})
