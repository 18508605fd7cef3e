import { spawn } from 'node:child_process'
import { createWriteStream, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/** A program that we started and will end. */
export interface Child {
  readonly name: string
  /** The file with all that it said, if one was asked for. */
  readonly log?: string | undefined
  ended(): boolean
  /** The last of what it said, for an error message. */
  lastWords(): string
  /** Resolves when it ends by itself. */
  readonly end: Promise<void>
  /** Ends it and whatever it started. */
  stop(): Promise<void>
}

const PATIENCE_MS = 5000

const running: Child[] = []
let closed = false

/** Ends everything that was started, newest first; nothing can be started any more. */
export async function stopAll(): Promise<void> {
  closed = true
  for (let child = running.pop(); child; child = running.pop()) await child.stop()
}

/**
 * Starts a program in a process group of its own, so that Ctrl-C reaches it through us alone and ending it ends its
 * children too: a wrapper such as npx leaves them behind. It sees the given environment and PATH, nothing else.
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
  const said: string[] = []
  let hasEnded = false
  for (const stream of [child.stdout, child.stderr]) {
    let rest = ''
    stream.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        said.push(line)
        if (said.length > 20) said.shift()
        if (file) file.write(`${line}\n`)
        onLine?.(line)
      }
    })
  }
  const end = new Promise<void>((resolve) => {
    child.once('error', (error) => said.push(error.message))
    child.once('close', () => resolve())
    child.once('error', () => resolve())
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
    lastWords: () => said.join('\n').trim(),
    end,
    async stop() {
      signal('SIGTERM')
      const patience = setTimeout(() => signal('SIGKILL'), PATIENCE_MS)
      await end
      clearTimeout(patience)
      signal('SIGKILL')
    },
  }
  running.push(started)
  return started
}

const PAUSE_MS = 100
/** One question. A first request may wait for a function that is loaded. */
const ANSWER_MS = 20_000

/**
 * Asks an address until `isReady` says that what answers is what was started. @throws a sentence with the log if the program
 * ends first, or takes longer than this: no wait is without an end.
 */
export async function untilReady(
  child: Child,
  address: string,
  seconds: number,
  isReady: (text: string) => boolean = () => true,
): Promise<void> {
  const end = Date.now() + seconds * 1000
  while (Date.now() < end) {
    if (child.ended()) throw new Error(`${child.name} ended before it answered: ${child.lastWords()}`)
    const signal = AbortSignal.timeout(Math.max(1, Math.min(ANSWER_MS, end - Date.now())))
    const text = await fetch(address, { signal })
      .then((answer) => answer.text())
      .catch(() => undefined)
    if (text !== undefined) {
      if (isReady(text)) return
      throw new Error(`${child.name} cannot load the functions: ${child.lastWords()}`)
    }
    await wait(PAUSE_MS)
  }
  throw new Error(
    `${child.name} did not answer on ${address} within ${seconds} s${child.log ? `: see ${child.log}` : ''}`,
  )
}
