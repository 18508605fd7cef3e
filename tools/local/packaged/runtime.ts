/** Runs in the process of one function: loads the handler as Lambda does, and hands it one event after another. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

interface Invocation {
  readonly event: unknown
  readonly context: object
  readonly milliseconds: number
}

const [, file = '', name = ''] = /^(.*)\.([^.]+)$/.exec(process.env._HANDLER ?? '') ?? []
// Lambda tries these in this order.
const path = ['.js', '.mjs', '.cjs'].map((ending) => join(process.cwd(), file + ending)).find(existsSync)
if (!path) throw new Error(`There is no handler ${process.env._HANDLER}`)
const handler: (event: unknown, context: object) => Promise<unknown> = createRequire(path)(path)[name]
process.send?.('ready')

process.on('message', async ({ event, context, milliseconds }: Invocation) => {
  const end = Date.now() + milliseconds
  try {
    const result = await handler(event, { ...context, getRemainingTimeInMillis: () => end - Date.now() })
    process.send?.({ result })
  } catch (error) {
    console.error(error)
    process.send?.({ error: (error as Error).message })
  }
})
