import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { isolatedAwsEnv } from '../isolated-aws-env.ts'
import { REGION } from './intrinsics.ts'
import type { DeployedFunction } from './template.ts'

/** A function as whoever calls it sees it. */
export interface LambdaFunction {
  /** What the handler gave, as JSON would carry it. @throws if it threw, crashed or took too long, with its own message. */
  invoke(event: unknown): Promise<unknown>
  stop(): void
}

/** Lambda would go on to a thousand; who comes later waits here. */
const MOST_AT_ONCE = 8

/**
 * Runs a packaged function as Lambda does: each call has a process for itself, which later ones use again, with the
 * environment of the template, what Lambda adds, and `local`; nothing else. `log` gets what it writes.
 */
export function lambdaFunction(
  deployed: DeployedFunction,
  {
    folder,
    local,
    log,
  }: { folder: string; local: Readonly<Record<string, string>>; log: (text: string) => void },
): LambdaFunction {
  const { name, handler, memoryMb, timeoutSeconds, runtime } = deployed
  const env = {
    ...deployed.environment,
    _HANDLER: handler,
    AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_FUNCTION_NAME: name,
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
  const all = new Set<ChildProcess>()
  const idle: ChildProcess[] = []
  const waiting: (() => void)[] = []

  /** A process that has loaded the handler: until then, as on Lambda, no call's time runs. */
  async function launch(): Promise<ChildProcess> {
    const child = spawn(process.execPath, [join(process.cwd(), 'tools/local/packaged/runtime.ts')], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', log)
    all.add(child)
    child.once('exit', () => {
      all.delete(child)
      const place = idle.indexOf(child)
      if (place >= 0) idle.splice(place, 1)
      waiting.shift()?.()
    })
    await new Promise<void>((resolve, reject) => {
      child.once('message', () => resolve())
      child.once('exit', () => reject(new Error(`${name} exited before it was ready`)))
    })
    return child
  }

  async function instance(): Promise<ChildProcess> {
    const free = idle.pop()
    if (free) return free
    if (all.size < MOST_AT_ONCE) return launch()
    await new Promise<void>((resolve) => waiting.push(resolve))
    return instance()
  }

  return {
    async invoke(event) {
      const child = await instance()
      try {
        return await call(child, event, { name, arn: deployed.arn, memoryMb, timeoutSeconds })
      } finally {
        if (all.has(child) && !child.killed) idle.push(child)
        waiting.shift()?.()
      }
    },
    stop() {
      for (const child of all) child.kill('SIGKILL')
    },
  }
}

function call(
  child: ChildProcess,
  event: unknown,
  {
    name,
    arn,
    memoryMb,
    timeoutSeconds,
  }: { name: string; arn: string; memoryMb: number; timeoutSeconds: number },
): Promise<unknown> {
  const milliseconds = timeoutSeconds * 1000
  const context = {
    awsRequestId: randomUUID(),
    callbackWaitsForEmptyEventLoop: true,
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: arn,
    memoryLimitInMB: String(memoryMb),
  }
  return new Promise((resolve, reject) => {
    const over = setTimeout(() => {
      child.kill('SIGKILL')
      finish(() => reject(new Error(`Task timed out after ${timeoutSeconds.toFixed(2)} seconds`)))
    }, milliseconds)
    const finish = (settle: () => void) => {
      clearTimeout(over)
      child.off('message', onMessage).off('exit', onExit)
      settle()
    }
    const onExit = () => finish(() => reject(new Error(`${name} exited before it answered`)))
    const onMessage = (message: unknown) => {
      const { result, error } = message as { result?: unknown; error?: { errorMessage: string } }
      finish(() => (error ? reject(new Error(error.errorMessage)) : resolve(result)))
    }
    child.once('message', onMessage).once('exit', onExit)
    child.send({ event, context, milliseconds }, (failed) => failed && child.kill('SIGKILL'))
  })
}
