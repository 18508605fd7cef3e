import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Child, start, untilReady } from './child-process.ts'
import { START_SECONDS } from './dynamodb.ts'

/** Starts a substitute for Amazon SES. It sends nothing. It shows the mails at its address and lists them at `/store`. */
export async function startMailbox(
  port: number,
  log?: string,
): Promise<{ readonly endpoint: string; readonly child: Child }> {
  const require = createRequire(join(process.cwd(), 'package.json'))
  const program = join(require.resolve('aws-ses-v2-local/package.json'), '../dist/cli.js')
  const args = [program, '--host', '127.0.0.1', '--port', String(port)]
  const child = start('The local mailbox', process.execPath, args, { log })
  const endpoint = `http://localhost:${port}`
  await untilReady(child, `http://127.0.0.1:${port}`, START_SECONDS)
  return { endpoint, child }
}

interface Mail {
  readonly destination: { readonly to: readonly string[] }
  readonly body: { readonly text: string }
}

/** Waits for a mail to an address with a link to this page, and gives the token of the newest one. */
export const mailedToken = (mailbox: string, to: string, page: string): Promise<string> =>
  mailed(mailbox, to, new RegExp(`/${page}#token=([\\w-]+)`)).then(([, token = '']) => token)

/** Waits for a mail with a code of six digits. Gives the newest code, then its two halves. */
export const mailedDigits = (mailbox: string, to: string): Promise<readonly string[]> =>
  mailed(mailbox, to, /^\s*(\d{3}) ?(\d{3})\s*$/m)

async function mailed(mailbox: string, to: string, pattern: RegExp): Promise<readonly string[]> {
  for (let waited = 0; waited < 20_000; waited += 100) {
    const { emails } = (await (await fetch(`${mailbox}/store`)).json()) as { emails: readonly Mail[] }
    const mine = emails.filter(({ destination }) => destination.to.includes(to))
    const found = mine.map(({ body }) => pattern.exec(body.text)).findLast((each) => each !== null)
    if (found) return found
    await wait(100)
  }
  throw new Error(`${to} was mailed nothing of the form ${pattern.source}`)
}
