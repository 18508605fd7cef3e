import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { setTimeout as wait } from 'node:timers/promises'

/** Starts a substitute for Amazon SES. It sends nothing. It shows the mails at its address and lists them at `/store`. */
export async function startMailbox(port: number): Promise<void> {
  // With this variable the library would send the mails.
  delete process.env.SMTP_TRANSPORT
  const { default: library } = await import('aws-ses-v2-local')
  const server = await library.default({ host: '127.0.0.1', port })
  // Express 5 also calls back when it could not listen.
  if (!server.listening) throw new Error(`The mailbox cannot listen on port ${port}`)
  const page = await viewer()
  const [serve] = server.listeners('request') as [
    (request: IncomingMessage, response: ServerResponse) => void,
  ]
  server.removeAllListeners('request').on('request', (request, response) => {
    if (request.method !== 'GET' || request.url !== '/') return serve(request, response)
    response.setHeader('content-type', 'text/html; charset=utf-8').end(page)
  })
}

/** The page with the mails. It shows each in a frame, in which the pages of a link refuse to be shown: links open a new tab. */
async function viewer(): Promise<string> {
  const file = createRequire(import.meta.url).resolve('aws-ses-v2-local/static/index.html')
  const page = await readFile(file, 'utf8')
  return page.replace('iframeDoc.body.innerHTML = ', '$&`<base target="_blank">` + ')
}

/** Whether an error comes from the mailbox. Some of its requests fail where nothing catches it. */
export const isOfMailbox = ({ stack = '' }: Error): boolean => stack.includes('aws-ses-v2-local')

interface Mail {
  readonly messageId: string
  readonly destination: { readonly to: readonly string[] }
  readonly body: { readonly text: string }
}

/** Waits for an unread mail to an address with a link to this page, and gives the token of the newest one. */
export const mailedToken = (mailbox: string, to: string, page: string): Promise<string> =>
  mailed(mailbox, to, new RegExp(`/${page}#token=([\\w-]+)`)).then(([, token = '']) => token)

/** Waits for an unread mail with a code of six digits. Gives the newest code, then its two halves. */
export const mailedDigits = (mailbox: string, to: string): Promise<readonly string[]> =>
  mailed(mailbox, to, /^\s*(\d{3}) ?(\d{3})\s*$/m)

/** The ids of the mails that were read. */
const read = new Set<string>()

/**
 * Waits for an unread mail to an address whose text matches. Gives the match in the newest one. These mails are read then: after the
 * next request, the mail before it would be taken for the new one.
 */
export async function mailed(mailbox: string, to: string, pattern: RegExp): Promise<readonly string[]> {
  for (let waited = 0; waited < 20_000; waited += 100) {
    const { emails } = (await (await fetch(`${mailbox}/store`)).json()) as { emails: readonly Mail[] }
    const unread = emails.filter(
      ({ destination, messageId, body }) =>
        destination.to.includes(to) && !read.has(messageId) && pattern.test(body.text),
    )
    const found = pattern.exec(unread.at(-1)?.body.text ?? '')
    for (const { messageId } of unread) read.add(messageId)
    if (found) return found
    await wait(100)
  }
  throw new Error(`${to} was mailed nothing of the form ${pattern.source}`)
}
