import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Child, start } from './child.ts'
import { answers } from './dynamodb.ts'

/** Starts a stand-in of Amazon SES that sends nothing: what it is given is shown at its address, and listed at `/store`. */
export async function startMailbox(
  port: number,
): Promise<{ readonly endpoint: string; readonly child: Child }> {
  const require = createRequire(join(process.cwd(), 'package.json'))
  const program = join(require.resolve('aws-ses-v2-local/package.json'), '../dist/cli.js')
  const child = start('the local mailbox', process.execPath, [
    program,
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
  ])
  const endpoint = `http://localhost:${port}`
  await answers(`http://127.0.0.1:${port}`, child)
  return { endpoint, child }
}
