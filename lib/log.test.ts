import { describeError, log, logEvent } from './log.ts'
import { capturedLog } from './testing/captured-log.ts'

describe('a line of the log', () => {
  it('is one line of JSON, whatever it holds', async () => {
    const nasty = 'a\n{"level":"forged"}\r\u2028b\u2029c\u0085d\u009be\u007f\ud800'
    const { text, entries } = await capturedLog(async () => log('info', { type: 'x', nasty }))
    expect(text.slice(0, -1)).not.toMatch(/[\n\r\u007f-\u009f\u2028\u2029\ud800]/)
    expect(entries).toEqual([{ time: expect.stringMatching(/Z$/), level: 'info', type: 'x', nasty }])
  })
})

describe('an event', () => {
  it('is counted by CloudWatch as the embedded metric format says', async () => {
    const request = { ip: '198.51.100.7', requestId: 'r' }
    const { entries } = await capturedLog(async () => logEvent({ type: 'login.failed' }, request))
    const [event] = entries as [Record<string, any>]
    const { Timestamp, CloudWatchMetrics } = event._aws
    expect(Math.abs(Timestamp - Date.now())).toBeLessThan(10_000)
    // Every dimension and metric that is declared stands in the entry itself, a text and a number.
    for (const { Namespace, Dimensions, Metrics } of CloudWatchMetrics) {
      expect(Namespace).toBe('Cardea')
      for (const name of Dimensions.flat()) expect(typeof event[name]).toBe('string')
      for (const { Name, Unit } of Metrics) expect([typeof event[Name], Unit]).toEqual(['number', 'Count'])
    }
    expect(event).toMatchObject({ level: 'info', type: 'login.failed', ...request })
  })
})

describe('an error', () => {
  it('is told by name, message, place and cause, and never by its stack', () => {
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
