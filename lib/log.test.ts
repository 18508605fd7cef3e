import { capturedLog } from '../tools/testing/captured-log.ts'
import { describeError, log, logEvent } from './log.ts'

describe('a line of the log', () => {
  it('is one line of JSON, whatever it contains', async () => {
    const nasty = 'a\n{"level":"forged"}\r\u2028b\u2029c\u0085d\u009be\u007f\ud800'
    const { text, entries } = await capturedLog(async () => log('info', { type: 'x', nasty }))
    expect(text.slice(0, -1)).not.toMatch(/[\n\r\u007f-\u009f\u2028\u2029\ud800]/)
    expect(entries).toMatchObject([{ time: expect.stringMatching(/Z$/), level: 'info', type: 'x', nasty }])
  })
})

describe('the metric of a line', () => {
  const request = { actor: undefined, ip: '198.51.100.7', requestId: 'r' }
  const logged = async (run: () => void) => {
    const { entries } = await capturedLog(async () => run())
    const [entry] = entries as [Record<string, any>]
    return { entry, metrics: entry._aws.CloudWatchMetrics as Record<string, any>[] }
  }

  it('is declared as the embedded metric format says', async () => {
    const { entry, metrics } = await logged(() => logEvent({ type: 'login.locked' }, request))
    expect(Math.abs(entry._aws.Timestamp - Date.now())).toBeLessThan(10_000)
    expect(metrics).toHaveLength(1)
    // Every declared dimension is a text of the entry itself, and every metric a number.
    for (const { Dimensions, Metrics } of metrics) {
      for (const name of Dimensions.flat()) expect(typeof entry[name]).toBe('string')
      for (const { Name, Unit } of Metrics) expect([typeof entry[Name], Unit]).toEqual(['number', 'Count'])
    }
    expect(entry).toMatchObject({ level: 'info', type: 'login.locked', ...request, actor: 'anonymous' })
  })

  it('counts events and errors by type, and by reason where there are few reasons', async () => {
    const dimensions = async (run: () => void) => (await logged(run)).metrics[0]?.Dimensions
    const failed = { type: 'login.failed', reason: 'wrong_password' }
    expect(await dimensions(() => logEvent(failed, request))).toEqual([['type', 'reason']])
    const rejected = { type: 'mail.rejected', reason: 'MessageRejected' }
    expect(await dimensions(() => logEvent(rejected, request))).toEqual([['type']])
    expect(await dimensions(() => log('error', { type: 'request.failed', route: 'x' }))).toEqual([['type']])
  })

  it('has the stage as its namespace, taken from the function name', async () => {
    const namespace = async () => (await logged(() => log('info', { type: 'x' }))).metrics[0]?.Namespace
    expect(await namespace()).toBe('cardea-local')
    process.env.AWS_LAMBDA_FUNCTION_NAME = 'cardea-prod-eu-authLogin'
    try {
      expect(await namespace()).toBe('cardea-prod-eu')
    } finally {
      delete process.env.AWS_LAMBDA_FUNCTION_NAME
    }
  })
})

describe('an error', () => {
  it('is described by name, message, place and cause, and never by its stack', () => {
    const error = new Error('outer', { cause: new TypeError('inner', { cause: 'a text' }) })
    expect(describeError(error)).toEqual({
      name: 'Error',
      message: 'outer',
      at: expect.stringContaining('log.test.ts'),
      cause: { name: 'TypeError', message: 'inner', at: expect.any(String), cause: { name: 'string' } },
    })
    expect(describeError(undefined)).toEqual({ name: 'undefined' })
  })
})
