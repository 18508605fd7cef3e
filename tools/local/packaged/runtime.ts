/** Runs in a function's own process: loads the handler as Lambda would, and hands it one event after another. */
import { createRequire } from 'node:module'
import { join } from 'node:path'

interface Invocation {
  readonly event: unknown
  readonly context: Readonly<Record<string, unknown>>
  readonly milliseconds: number
}
type Handler = (event: unknown, context: object) => Promise<unknown>

/** Lambda looks for these after the name itself. */
const endings = ['.js', '.mjs', '.cjs']

function load(): Handler {
  const [, file = '', name = ''] = /^(.*)\.([^.]+)$/.exec(process.env._HANDLER ?? '') ?? []
  const require = createRequire(join(process.cwd(), '/'))
  for (const ending of endings) {
    const path = join(process.cwd(), `${file}${ending}`)
    try {
      require.resolve(path)
    } catch {
      continue
    }
    return require(path)[name]
  }
  throw new Error(`There is no handler ${process.env._HANDLER}`)
}

const handler = load()
process.send?.({ ready: true })

process.on('message', async ({ event, context, milliseconds }: Invocation) => {
  const end = Date.now() + milliseconds
  try {
    const result = await handler(event, { ...context, getRemainingTimeInMillis: () => end - Date.now() })
    process.send?.({ result })
  } catch (error) {
    console.error(error)
    const { name: errorType, message: errorMessage } = error as Error
    process.send?.({ error: { errorType, errorMessage } })
  }
})
