import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { isolatedAwsEnv } from '../isolated-aws-env.ts'
import type { Invoke } from '../stream-poller.ts'
import { type Deployment, REGION } from './template.ts'

/** Lambda allows a thousand. On one machine they would slow each other down until they time out, so further calls wait. */
const MOST_AT_ONCE = 8

interface Options {
  readonly folder: string
  readonly local: Readonly<Record<string, string>>
  /** Gets what the function writes. */
  readonly log: (text: string) => void
  /** Ends all its processes. */
  readonly signal: AbortSignal
}

/**
 * Runs a packaged function as Lambda does: each concurrent call has a process of its own, which later calls reuse. The process
 * sees the environment of the template, the variables that Lambda adds, and `local`. A call throws what the handler threw, or
 * that it crashed or took too long.
 */
export function lambdaFunction(
  { FunctionName, Handler, MemorySize, Timeout, Runtime, Environment }: Deployment['functions'][number],
  { folder, local, log, signal }: Options,
): Invoke {
  const env = {
    ...Environment.Variables,
    _HANDLER: Handler,
    AWS_EXECUTION_ENV: `AWS_Lambda_${Runtime}`,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(MemorySize),
    AWS_LAMBDA_FUNCTION_NAME: FunctionName,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: isolatedAwsEnv.AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY: isolatedAwsEnv.AWS_SECRET_ACCESS_KEY,
    AWS_SESSION_TOKEN: 'local',
    LAMBDA_TASK_ROOT: folder,
    TZ: ':UTC',
    ...local,
  }
  const idle: ChildProcess[] = []

  /** A new process that has loaded the handler. As on Lambda, loading does not count towards the time-out. */
  async function launch(): Promise<ChildProcess> {
    const runtime = resolve('tools/local/packaged/runtime.ts')
    const child = fork(runtime, {
      cwd: folder,
      env,
      execArgv: [],
      silent: true,
      signal,
      killSignal: 'SIGKILL',
    })
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', log)
    // `once` throws what is emitted as `error`, so that nothing waits for the message of a process that has exited.
    child.on('error', () => undefined)
    child.once('exit', () => child.emit('error', new Error(`${FunctionName} exited`)))
    await once(child, 'message')
    return child
  }

  async function call(event: object): Promise<unknown> {
    let child = idle.pop()
    while (child && !child.connected) child = idle.pop()
    child ??= await launch()
    const milliseconds = Timeout * 1000
    const context = { awsRequestId: randomUUID(), functionName: FunctionName }
    const late = AbortSignal.timeout(milliseconds)
    // A failure to send is followed by `exit`.
    child.send({ event, context, milliseconds }, () => undefined)
    const [{ result, error }] = await once(child, 'message', { signal: late }).catch((reason) => {
      child.kill('SIGKILL')
      throw late.aborted ? new Error(`Task timed out after ${Timeout.toFixed(2)} seconds`) : reason
    })
    idle.push(child)
    if (error !== undefined) throw new Error(error)
    return result
  }

  const waiting: (() => void)[] = []
  let calls = 0
  return async (event) => {
    if (calls === MOST_AT_ONCE) await new Promise<void>((go) => waiting.push(go))
    else calls++
    return call(event).finally(() => {
      const next = waiting.shift()
      if (next) next()
      else calls--
    })
  }
}
