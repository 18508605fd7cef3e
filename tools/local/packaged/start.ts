import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { stopAll } from '../child-process.ts'
import { onStop } from '../on-stop.ts'
import { checkFree } from '../ports.ts'
import { givenSettings, localConfig } from '../settings.ts'
import { type Stack, startStack } from './stack.ts'

let stack: Stack | undefined
let stopping: Promise<void> | undefined

function stop(status: number): Promise<void> {
  stopping ??= Promise.resolve(stack?.close())
    .then(stopAll)
    .then(() => process.exit(status))
  return stopping
}

/** Packages the stage `dev` with the local settings and serves it until Ctrl-C. Nothing is kept. */
async function main(): Promise<void> {
  onStop(() => stop(0))
  const { localFolder, port, mailboxPort, mailFrom = '', linkBaseUrl = '' } = localConfig()
  await checkFree(port, 'PORT=3001 npm run start:packaged')
  await checkFree(mailboxPort, 'MAILBOX_PORT=8006 npm run start:packaged')
  const folder = join(localFolder, 'packaged')
  await rm(folder, { recursive: true, force: true })
  const settings = { ...givenSettings(), MAIL_FROM: mailFrom, LINK_BASE_URL: linkBaseUrl }
  const log = (text: string) => process.stdout.write(text)
  stack = await startStack({ stage: 'dev', folder, port, mailboxPort, settings, log })
  console.log(
    `The packaged functions run on ${stack.origin}, mails are at ${stack.mailbox}; Ctrl-C ends it all`,
  )
}

main().catch(async (error: Error) => {
  if (!stopping) console.error(error.message)
  await stop(1)
})
