import { spawn } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from '../local/ports.ts'
import { compiled } from './compiled.ts'
import { checkAnswersOf, checking, undocumentedAnswers } from './documented-http.ts'

export type Started = Awaited<ReturnType<ReturnType<typeof npmStartOver>>>

const groups: number[] = []
// A test that failed before its Ctrl-C must leave no process to later tests, and must not prevent the end of the run.
afterAll(async () => {
  for (const group of groups) await interruptGroup(group)
})

// Not where an answer arrives: a test may repeat a request until it is answered, or not read the answer.
globalThis.fetch = checking(globalThis.fetch)
afterEach(async () => expect(await undocumentedAnswers()).toEqual([]))

/**
 * Starts what `npm start` (or `npm run <script>`) starts, with users and keys in a folder of the test. `cwd` may be a copy of the
 * project. An answer that `functions/openapi.json` does not allow fails the test.
 */
export const npmStartOver =
  (folder: string, script = 'start', cwd = '.') =>
  async (settings: Record<string, string> = {}) => {
    const port = Number(settings.PORT ?? (await freePort()))
    const mailboxPort = await freePort()
    const env = {
      ...compiled,
      PATH: process.env.PATH,
      HOME: folder,
      LOCAL_FOLDER: folder,
      PORT: `${port}`,
      MAILBOX_PORT: `${mailboxPort}`,
      BCRYPT_COST: '10',
      ...settings,
    }
    // As from a terminal: npm, its shell and the script are one process group, and Ctrl-C signals the group.
    const child = spawn('npm', ['run', script], { cwd, env, detached: true })
    const group = -Number(child.pid)
    groups.push(group)
    const origin = `http://localhost:${port}`
    checkAnswersOf(origin)
    let said = ''
    child.stdout.on('data', (data) => {
      said += data
    })
    child.stderr.on('data', (data) => {
      said += data
    })
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    /** Resolves once it has printed this text. @throws if it ends before, or takes too long. */
    async function prints(text: string): Promise<void> {
      for (let waited = 0; !said.includes(text); waited += 50) {
        if (child.exitCode !== null || waited > 300_000)
          throw new Error(`npm run ${script} did not print "${text}": ${said}`)
        await wait(50)
      }
    }
    return {
      origin,
      mailbox: `http://localhost:${mailboxPort}`,
      port,
      said: () => said,
      ended,
      prints,
      ready: () => prints('Ctrl-C ends it all'),
      /** Sends Ctrl-C, then waits until no process of it runs. */
      async interrupt() {
        await interruptGroup(group)
        await ended
      },
    }
  }

async function interruptGroup(group: number): Promise<void> {
  if (isAlive(group)) process.kill(group, 'SIGINT')
  for (let waited = 0; isAlive(group); waited += 50) {
    if (waited > 30_000) {
      process.kill(group, 'SIGKILL')
      throw new Error('npm start did not end within 30 s of Ctrl-C')
    }
    await wait(50)
  }
}

function isAlive(group: number): boolean {
  try {
    return process.kill(group, 0)
  } catch {
    return false
  }
}
