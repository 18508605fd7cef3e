import { spawn } from 'node:child_process'
import { once } from 'node:events'
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

interface Options {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly onLine?: (line: string) => void
  readonly log?: string | undefined
}

/**
 * Starts a program in a process group of its own. Ctrl-C then reaches it only through `stop`, which also ends its children:
 * a wrapper such as npx would leave them behind. It sees the given environment, PATH and HOME, and nothing else.
 */
export function start(
  name: string,
  [command = '', ...args]: readonly string[],
  { env = {}, cwd, onLine, log }: Options = {},
): Child {
  if (closed) throw new Error(`${name} is not started any more`)
  const child = spawn(command, args, {
    detached: true,
    ...(cwd && { cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
  })
  if (log) mkdirSync(dirname(log), { recursive: true })
  const file = log ? createWriteStream(log, { mode: 0o600 }) : undefined
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      output.push(line)
      if (output.length > 20) output.shift()
      file?.write(`${line}\n`)
      onLine?.(line)
    })
  }
  let hasEnded = false
  // `once` throws what is emitted as `error`.
  const end = once(child, 'close')
    .catch(({ message }: Error) => output.push(message))
    .then(() => {
      hasEnded = true
      file?.end()
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
      const timer = setTimeout(signal, KILL_AFTER_MS, 'SIGKILL')
      await end
      clearTimeout(timer)
      signal('SIGKILL')
    },
  }
  running.push(started)
  return started
}

/** Throws, where nothing catches it, once a child process ends that should run until `stopAll`. */
export async function throwWhenEnded(child: Child): Promise<void> {
  await child.end
  if (!closed) throw new Error(`${child.name} has ended: ${child.lastLines()}`)
}

/** Gives what a child process answers to HTTP, as soon as it does. @throws with the end of its output if it ends or takes longer. */
export async function untilReady(child: Child, address: string, seconds: number): Promise<string> {
  const late = AbortSignal.timeout(seconds * 1000)
  while (!late.aborted) {
    if (child.ended()) throw new Error(`${child.name} ended before it answered: ${child.lastLines()}`)
    const answer = await fetch(address, { signal: late }).catch(() => undefined)
    if (answer) return answer.text()
    await wait(100)
  }
  const log = child.log ? `: see ${child.log}` : ''
  throw new Error(`${child.name} did not answer on ${address} within ${seconds} s${log}`)
}
