/**
 * Loaded before serverless-offline (`node --import`), so that it passes requests on as API Gateway does. Unpatched, it answers
 * 400 to a cookie that RFC 6265 does not allow, even to one of another project. It parses the JSON bodies `0`, `false`, `null`
 * and strings. It treats a body without a content type as JSON. Its refusals of a token have another body. Before the bundles are
 * there, it answers 200 with an error in the body. Patched, it listens once they are, and serves a changed one without a restart.
 */
import { statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { untilComplete } from './bundles-complete.ts'

interface Request {
  readonly response: { readonly isBoom?: boolean; readonly output?: Output }
  mime: string | null
  state: Record<string, string[]> | null
  readonly payload: Buffer | null
  readonly raw: { readonly req: { readonly rawHeaders: string[] } }
  readonly headers: { readonly cookie?: string; readonly 'content-type'?: string }
}
/** An error as hapi sends it. */
interface Output {
  readonly statusCode: number
  payload: object
}
interface Toolkit {
  readonly continue: symbol
}
interface Server {
  start(): Promise<void>
  ext(event: 'onPreHandler' | 'onPreResponse', method: (request: Request, toolkit: Toolkit) => symbol): void
}

/** What API Gateway answers when its authorizer refuses. */
const refusals: Readonly<Record<number, string>> = { 401: 'Unauthorized', 403: 'Forbidden' }

const location = String(
  process.argv.find((argument) => argument.startsWith('location='))?.slice('location='.length),
)

const require = createRequire(import.meta.resolve('serverless-offline'))
const hapi = require('@hapi/hapi') as { Server: new (options: object) => Server }
const Original = hapi.Server

hapi.Server = class {
  constructor(options: object) {
    const server = new Original({ ...options, routes: { state: { parse: false, failAction: 'ignore' } } })
    server.ext('onPreHandler', (request, { continue: goOn }) => {
      const { cookie, 'content-type': type } = request.headers
      request.state = cookie === undefined ? null : cookiesOf(cookie)
      // serverless-offline parses what it takes for JSON.
      request.mime = 'text/plain'
      if (request.payload?.length && type === undefined)
        request.raw.req.rawHeaders.push('Content-Type', 'application/octet-stream')
      return goOn
    })
    server.ext('onPreResponse', ({ response: { isBoom, output } }, { continue: goOn }) => {
      const message = isBoom && output && refusals[output.statusCode]
      if (message) output.payload = { message }
      return goOn
    })
    const listen = server.start.bind(server)
    server.start = async () => {
      await untilComplete(location)
      await listen()
    }
    // biome-ignore lint/correctness/noConstructorReturn: it replaces the class that it wraps.
    return server
  }
} as unknown as typeof hapi.Server

/** The values of each name. serverless-offline makes `event.cookies` from them. */
function cookiesOf(header: string): Record<string, string[]> {
  const state: Record<string, string[]> = Object.create(null)
  for (const pair of header.split(/;[ \t]*/)) {
    const [name = '', ...value] = pair.split('=')
    state[name] = [...(state[name] ?? []), value.join('=')]
  }
  return state
}

interface Pool {
  get(key: string, definition: { readonly handler: string }): unknown
}

const { default: Pool } = require('./lambda/LambdaFunctionPool.js') as { default: { prototype: Pool } }
const { get } = Pool.prototype
/** Gives a bundle that has changed new workers. A call that runs goes on, and the pool ends the old workers when they idle. */
Pool.prototype.get = function (key, definition) {
  const file = join(location, definition.handler.replace(/\.\w+$/, '.mjs'))
  const version = statSync(file, { throwIfNoEntry: false })?.mtimeMs
  return get.call(this, `${key}@${version}`, definition)
}

// Tests and `npm run start:packaged` validate serverless.yml. It takes the longest of what the framework does here.
const Schema = createRequire(import.meta.resolve('serverless'))(
  'serverless/lib/classes/config-schema-handler',
) as {
  prototype: { validateConfig(): Promise<void> }
}
Schema.prototype.validateConfig = async () => undefined
