import { spawn } from 'node:child_process'
import { createWriteStream, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'

/** A child process that ends with this process. */
export interface Child {
  readonly name: string
  /** The file with all its output, if there is one. */
  readonly log?: string | undefined
  ended(): boolean
  /** The end of its output, for an error message. */
  lastLines(): string
  /** Resolves when it has ended. */
  readonly end: Promise<void>
  /** Ends it and its own children. */
  stop(): Promise<void>
}

/** A process that ignores SIGTERM is killed after this time. */
const KILL_AFTER_MS = 5000

const running: Child[] = []
let closed = false

/** Ends all child processes, newest first. After this none can be started. */
export async function stopAll(): Promise<void> {
  closed = true
  for (let child = running.pop(); child; child = running.pop()) await child.stop()
}

/**
 * Starts a program in a process group of its own. Ctrl-C then reaches it only through `stop`, which also ends its children:
 * a wrapper such as npx would leave them behind. It sees the given environment, PATH and HOME, and nothing else.
 */
export function start(
  name: string,
  command: string,
  args: readonly string[],
  {
    env = {},
    onLine,
    log,
  }: {
    env?: Readonly<Record<string, string>>
    onLine?: (line: string) => void
    log?: string | undefined
  } = {},
): Child {
  if (closed) throw new Error(`${name} is not started any more`)
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
  })
  if (log) mkdirSync(dirname(log), { recursive: true })
  const file = log && createWriteStream(log, { mode: 0o600 })
  const output: string[] = []
  let hasEnded = false
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      output.push(line)
      if (output.length > 20) output.shift()
      if (file) file.write(`${line}\n`)
      onLine?.(line)
    })
  }
  const end = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
    child.once('error', ({ message }) => {
      output.push(message)
      resolve()
    })
  }).then(() => {
    hasEnded = true
    if (file) file.end()
  })
  const signal = (which: NodeJS.Signals) => {
    try {
      if (child.pid) process.kill(-child.pid, which)
    } catch {
      // The whole group has ended.
    }
  }
  const started: Child = {
    name,
    log,
    ended: () => hasEnded,
    lastLines: () => output.join('\n').trim(),
    end,
    async stop() {
      signal('SIGTERM')
      const timer = setTimeout(() => signal('SIGKILL'), KILL_AFTER_MS)
      await end
      clearTimeout(timer)
      signal('SIGKILL')
    },
  }
  running.push(started)
  return started
}

const PAUSE_MS = 100
/** For one request. The first one may wait until a function is loaded. */
const ANSWER_MS = 20_000

/**
 * Waits until a child process answers HTTP at an address. @throws with the end of its output if it ends first, if it takes longer,
 * or if `isReady` rejects the answer.
 */
export async function untilReady(
  child: Child,
  address: string,
  seconds: number,
  isReady: (text: string) => boolean = () => true,
): Promise<void> {
  const end = Date.now() + seconds * 1000
  while (Date.now() < end) {
    if (child.ended()) throw new Error(`${child.name} ended before it answered: ${child.lastLines()}`)
    const signal = AbortSignal.timeout(Math.max(1, Math.min(ANSWER_MS, end - Date.now())))
    const text = await fetch(address, { signal })
      .then((answer) => answer.text())
      .catch(() => undefined)
    if (text !== undefined) {
      if (isReady(text)) return
      throw new Error(`${child.name} cannot load the functions: ${child.lastLines()}`)
    }
    await wait(PAUSE_MS)
  }
  throw new Error(
    `${child.name} did not answer on ${address} within ${seconds} s${child.log ? `: see ${child.log}` : ''}`,
  )
}
