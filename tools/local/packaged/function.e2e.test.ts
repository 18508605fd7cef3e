import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Invoke } from '../stream-poller.ts'
import { lambdaFunction } from './function.ts'

const folder = mkdtempSync(join(tmpdir(), 'cardea-function-'))
const ending = new AbortController()
afterAll(() => {
  ending.abort()
  rmSync(folder, { recursive: true })
})

let written = ''
let made = 0
function functionOf(
  source: string,
  {
    environment = {},
    timeoutSeconds = 60,
  }: { environment?: Record<string, string>; timeoutSeconds?: number } = {},
): Invoke {
  const name = `function-${made++}`
  mkdirSync(join(folder, name, 'functions'), { recursive: true })
  writeFileSync(join(folder, name, 'functions/handler.cjs'), source)
  const deployed = {
    FunctionName: name,
    Handler: 'functions/handler.handler',
    Code: { S3Key: 'handler.zip' },
    Runtime: 'nodejs24.x',
    MemorySize: 512,
    Timeout: timeoutSeconds,
    Environment: { Variables: environment },
  } as const
  const log = (text: string) => {
    written += text
  }
  const local = { SSM_ENDPOINT: 'ssm' }
  return lambdaFunction(deployed, { folder: join(folder, name), local, log, signal: ending.signal })
}

describe('a packaged function', () => {
  it('has the environment of its template, of Lambda and of the local services, and nothing else', async () => {
    process.env.SECRET_OF_OURS = 'x'
    const env = await functionOf('exports.handler = async () => process.env', {
      environment: { ISSUER: 'https://a.example' },
    })({})
    delete process.env.SECRET_OF_OURS
    expect(Object.keys(env as object).sort()).toEqual([
      'AWS_ACCESS_KEY_ID',
      'AWS_DEFAULT_REGION',
      'AWS_EXECUTION_ENV',
      'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
      'AWS_LAMBDA_FUNCTION_NAME',
      'AWS_LAMBDA_FUNCTION_VERSION',
      'AWS_REGION',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_SESSION_TOKEN',
      'ISSUER',
      'LAMBDA_TASK_ROOT',
      'SSM_ENDPOINT',
      'TZ',
      '_HANDLER',
    ])
    expect(env).toMatchObject({ ISSUER: 'https://a.example', AWS_LAMBDA_FUNCTION_NAME: 'function-0' })
  })

  it('gets its event, a request id for each call, and its remaining time', async () => {
    const lambda = functionOf(
      'exports.handler = async (event, context) => ({ event, id: context.awsRequestId, left: context.getRemainingTimeInMillis() })',
    )
    const [first, second] = [await lambda({ a: 1 }), await lambda({ a: 2 })] as any[]
    expect([first.event, second.event]).toEqual([{ a: 1 }, { a: 2 }])
    expect(first.id).not.toBe(second.id)
    expect(first.left).toBeGreaterThan(0)
    expect(first.left).toBeLessThanOrEqual(60_000)
  })

  it('reuses a process for the next call, and has two for two concurrent calls', async () => {
    const lambda = functionOf(
      'let calls = 0; exports.handler = async () => { calls++; return [process.pid, calls] }',
    )
    const [first] = (await lambda({})) as number[]
    expect(await lambda({})).toEqual([first, 2])
    const together = (await Promise.all([lambda({}), lambda({})])) as number[][]
    expect(new Set(together.map(([pid]) => pid)).size).toBe(2)
  })

  it('answers many concurrent calls', async () => {
    const lambda = functionOf('exports.handler = async (event) => event')
    const events = Array.from({ length: 20 }, (_, n) => ({ n }))
    expect(await Promise.all(events.map((event) => lambda(event)))).toEqual(events)
  })

  it('that throws, crashes, times out or does not load fails only that call', async () => {
    const lambda = functionOf(
      `exports.handler = async ({ how }) => {
      if (how === 'throw') throw new Error('Unauthorized')
      if (how === 'crash') process.exit(1)
      if (how === 'hang') await new Promise(() => setTimeout(() => {}, 60_000))
      return 'well'
    }`,
      { timeoutSeconds: 2 },
    )
    await expect(lambda({ how: 'throw' })).rejects.toThrow('Unauthorized')
    await expect(lambda({ how: 'crash' })).rejects.toThrow('exited')
    await expect(lambda({ how: 'hang' })).rejects.toThrow('timed out after 2.00 seconds')
    expect(await lambda({})).toBe('well')
    await expect(functionOf('throw new Error("no")')({})).rejects.toThrow('exited')
    expect(written).toContain('Unauthorized')
  })
})
