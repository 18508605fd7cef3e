import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { sayComplete } from './bundles-complete.ts'
import { start, stopAll, untilReady } from './child-process.ts'
import { freePort, isFree } from './ports.ts'

const folder = mkdtempSync(join(tmpdir(), 'cardea-patch-'))
afterAll(async () => {
  await stopAll()
  rmSync(folder, { recursive: true, force: true })
})

it('serverless-offline listens only when the bundles are there: before, it would answer 200 with an error', async () => {
  const port = await freePort()
  const program = `
    const { createRequire } = await import('node:module')
    const hapi = createRequire(import.meta.resolve('serverless-offline'))('@hapi/hapi')
    const server = new hapi.Server({ port: ${port}, host: 'localhost' })
    server.route({ method: 'GET', path: '/', handler: () => 'ok' })
    console.log('starts')
    await server.start()`
  const patch = '--import=./tools/local/patch-serverless-offline.ts'
  let starts = () => {}
  const starting = new Promise<void>((resolve) => {
    starts = resolve
  })
  const command = [
    process.execPath,
    patch,
    '--input-type=module',
    '--eval',
    program,
    '--',
    `location=${folder}`,
  ]
  const child = start('hapi', command, { onLine: (line) => line === 'starts' && starts() })
  await starting
  await wait(500)
  expect([child.ended(), await isFree(port)]).toEqual([false, true])
  await sayComplete(folder)
  expect(await untilReady(child, `http://localhost:${port}/`, 30)).toBe('ok')
})
