import { createServer } from 'node:net'
import { type Child, start, untilReady } from './child-process.ts'

const child = (change: Partial<Child> = {}): Child => ({
  name: 'the engine',
  ended: () => false,
  lastLines: () => 'no space left',
  end: Promise.resolve(),
  stop: async () => undefined,
  ...change,
})

describe('waiting for a child process', () => {
  it.each(['the server does not answer', 'no server listens'])('ends where %s', async (how) => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = `http://127.0.0.1:${(server.address() as { port: number }).port}`
    if (how === 'no server listens') server.close()
    const begun = Date.now()
    await expect(untilReady(child({ log: '.cardea/log/engine.log' }), address, 1)).rejects.toThrow(
      `the engine did not answer on ${address} within 1 s: see .cardea/log/engine.log`,
    )
    expect(Date.now() - begun).toBeLessThan(10_000)
    server.close()
  })

  it('ends with the program, and reports the end of its output', async () => {
    await expect(untilReady(child({ ended: () => true }), 'http://127.0.0.1:1', 60)).rejects.toThrow(
      'the engine ended before it answered: no space left',
    )
  })
})

describe('a child process', () => {
  it('is ended, with its children, even if it ignores SIGTERM', async () => {
    const program = "process.on('SIGTERM', () => {}); console.log('ready'); setInterval(() => {}, 1000)"
    let say: (line: string) => void = () => undefined
    const ready = new Promise<string>((resolve) => {
      say = resolve
    })
    const started = start('stubborn', [process.execPath, '-e', program], { onLine: (line) => say(line) })
    expect(await ready).toBe('ready')
    await started.stop()
    expect(started.ended()).toBe(true)
  })
})
