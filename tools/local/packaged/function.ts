import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { isolatedAwsEnv } from '../isolated-aws-env.ts'
import { type Deployment, REGION } from './template.ts'

export interface LambdaFunction {
  /** Gives the handler's result. @throws what the handler threw, or that it crashed or took too long. */
  invoke(event: unknown): Promise<unknown>
  stop(): void
}
interface Options {
  readonly folder: string
  readonly local: Readonly<Record<string, string>>
  /** Gets what the function writes. */
  readonly log: (text: string) => void
}

/** A place for one call at a time. It keeps the process of its last call, if there was one. */
type Place = ChildProcess | undefined

/** Lambda allows a thousand. Further calls wait here. */
const MOST_AT_ONCE = 8

/**
 * Runs a packaged function as Lambda does: each concurrent call has a process of its own, which later calls reuse. The process
 * sees the environment of the template, the variables that Lambda adds, and `local`.
 */
export function lambdaFunction(
  { Arn, FunctionName, Handler, MemorySize, Timeout, Runtime, Environment }: Deployment['functions'][number],
  { folder, local, log }: Options,
): LambdaFunction {
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
  const running = new Set<ChildProcess>()
  const places: Place[] = Array(MOST_AT_ONCE).fill(undefined)
  const waiting: ((place: Place) => void)[] = []

  const nextMessage = (child: ChildProcess) =>
    new Promise<unknown>((resolve, reject) => {
      const why = () =>
        child.killed ? `Task timed out after ${Timeout.toFixed(2)} seconds` : `${FunctionName} exited`
      const onExit = () => reject(new Error(why()))
      child.once('exit', onExit).once('message', (message) => {
        child.off('exit', onExit)
        resolve(message)
      })
    })

  /** A new process that has loaded the handler. As on Lambda, loading does not count towards the time-out. */
  async function launch(): Promise<ChildProcess> {
    const runtime = join(process.cwd(), 'tools/local/packaged/runtime.ts')
    const child = fork(runtime, { cwd: folder, env, execArgv: [], silent: true })
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', log)
    running.add(child)
    child.once('exit', () => running.delete(child))
    await nextMessage(child)
    return child
  }

  async function call(child: ChildProcess, event: unknown): Promise<unknown> {
    const milliseconds = Timeout * 1000
    const context = { awsRequestId: randomUUID(), functionName: FunctionName, invokedFunctionArn: Arn }
    const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds)
    // A failure to send is followed by `exit`.
    child.send({ event, context, milliseconds }, () => undefined)
    const answer = await nextMessage(child).finally(() => clearTimeout(timer))
    const { result, error } = answer as { result?: unknown; error?: string }
    if (error !== undefined) throw new Error(error)
    return result
  }

  return {
    async invoke(event) {
      let place: Place = places.length > 0 ? places.pop() : await new Promise<Place>((go) => waiting.push(go))
      try {
        if (!place || !running.has(place)) place = await launch()
        return await call(place, event)
      } finally {
        const next = waiting.shift()
        if (next) next(place)
        else places.push(place)
      }
    },
    stop() {
      for (const child of running) child.kill('SIGKILL')
    },
  }
}
