import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { type BuildOptions, build } from 'esbuild'
import { makeFirstKeys } from '../lib/crypto/key-rotation.ts'
import { startParameterStore } from '../tools/local/parameter-store.ts'
import { engineStores, tableEnv } from '../tools/testing/engine.ts'
import { eventOf, type TestRequest } from '../tools/testing/events.ts'
import { memoryParameters, modulusLength } from '../tools/testing/keys.ts'
import { ada } from '../tools/testing/test-users.ts'

const require = createRequire(join(process.cwd(), 'package.json'))
const { options } = require('./tools/bundle/options.cjs') as { options: BuildOptions }
const KEYS_PATH = '/cardea/frozen'
/** Longer than one attempt of the SDK may take (2 s), so that the next attempt is due. */
const FROZEN_MS = 3000

describe('a process that is frozen after its answer, between two attempts of the SDK', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cardea-frozen-'))
  const children: ChildProcess[] = []
  let engine: Awaited<ReturnType<typeof engineStores>>
  let keys: Awaited<ReturnType<typeof startParameterStore>>
  let store: Server
  /** What arrived at the store. The first request for `unanswered` gets no answer. */
  const arrived: string[] = []
  let unanswered = ''
  const logged: string[] = []

  beforeAll(async () => {
    engine = await engineStores()
    const parameters = memoryParameters()
    await makeFirstKeys(parameters, { now: Math.floor(Date.now() / 1000), modulusLength })
    keys = await startParameterStore(parameters, KEYS_PATH)
    store = createServer(async (request, response) => {
      const action = String(request.headers['x-amz-target']).split('.')[1] ?? ''
      arrived.push(action)
      const body = await buffer(request)
      if (action === unanswered) {
        unanswered = ''
        return
      }
      const { host: _, connection: __, ...headers } = request.headers
      const answer = await fetch(engine.endpoint, { method: 'POST', headers: headers as never, body })
      response
        .writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' })
        .end(Buffer.from(await answer.arrayBuffer()))
    }).listen(0, '127.0.0.1')
    await once(store, 'listening')
  })
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL')
    store.closeAllConnections()
    store.close()
    await keys.close()
    rmSync(folder, { recursive: true })
  })

  /** A bundled handler in a process of its own, as Lambda runs it. */
  async function launched(name: string): Promise<ChildProcess> {
    await build({
      ...options,
      entryPoints: [`functions/${name}.ts`],
      outfile: join(folder, `${name}.cjs`),
      logLevel: 'error',
    })
    const child = spawn(process.execPath, [join(process.cwd(), 'tools/local/packaged/runtime.ts')], {
      cwd: folder,
      env: {
        _HANDLER: `${name}.handler`,
        ISSUER: 'https://auth.example.com',
        KEYS_PATH,
        BCRYPT_COST: '10',
        ...tableEnv(engine.tables),
        AWS_REGION: 'eu-central-1',
        AWS_ACCESS_KEY_ID: process.env.AWS_ACCESS_KEY_ID ?? '',
        AWS_SECRET_ACCESS_KEY: process.env.AWS_SECRET_ACCESS_KEY ?? '',
        SSM_ENDPOINT: keys.endpoint,
        DYNAMODB_ENDPOINT: `http://127.0.0.1:${(store.address() as { port: number }).port}`,
      },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    child.stdout?.setEncoding('utf8').on('data', (text) => logged.push(text))
    children.push(child)
    await once(child, 'message')
    return child
  }

  async function invoke(
    child: ChildProcess,
    { route, request, principal, milliseconds = 60_000 }: Call,
  ): Promise<number> {
    const event = eventOf(route, request, principal)
    child.send({ event, context: { awsRequestId: randomUUID() }, milliseconds })
    const [{ result }] = (await once(child, 'message')) as [{ result: { statusCode: number } }]
    return result.statusCode
  }
  interface Call {
    readonly route: string
    readonly request: TestRequest
    readonly principal?: object
    readonly milliseconds?: number
  }

  it('writes nothing when it resumes: after a 503 the password is unchanged', async () => {
    const signup = await launched('auth/signup')
    expect(await invoke(signup, { route: 'POST /auth/signup', request: { body: ada } })).toBe(201)
    const account = await engine.users.findByEmail(ada.email)
    if (!account) throw new Error('There is no account')
    const sessionId = randomUUID()
    const now = Math.floor(Date.now() / 1000)
    await engine.sessions.open({
      id: sessionId,
      userId: account.id,
      sessionVersion: 1,
      generation: 1,
      createdAt: now,
      lastUsedAt: now,
      idleExpiresAt: now + 3600,
      expiresAt: now + 3600,
      rotatedAt: now,
      rotatedBy: 'login',
      refreshRate: { since: now, refreshes: 0 },
      authTime: now,
      amr: ['pwd'],
      acr: 'aal1',
      userAgent: 'a test',
      ip: '198.51.100.7',
    })
    const child = await launched('users/change-password')
    const change: Call = {
      route: 'PUT /users/me/password',
      request: { body: { currentPassword: ada.password, newPassword: 'another horse, another battery' } },
      principal: {
        userId: account.id,
        sessionId,
        roles: ['user'],
        claimsVersion: 1,
        expiresAt: now + 900,
        authTime: now,
        acr: 'aal1',
      },
    }

    unanswered = 'TransactWriteItems'
    expect(await invoke(child, { ...change, milliseconds: 1500 })).toBe(503)
    child.kill('SIGSTOP')
    const before = arrived.length
    await wait(FROZEN_MS)
    child.kill('SIGCONT')
    await wait(FROZEN_MS)

    expect(arrived.slice(before)).toEqual([])
    expect(await engine.users.findById(account.id)).toEqual(account)
    expect(logged.join('')).not.toContain('password.changed')

    // The process still works: a retry of the client succeeds.
    unanswered = ''
    expect(await invoke(child, change)).toBe(200)
    expect(await engine.users.findById(account.id)).toMatchObject({ claimsVersion: 2 })
    expect(logged.join('')).toContain('password.changed')
  })
})
