import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { type BuildOptions, build, type Metafile } from 'esbuild'
import { makeFirstKeys } from '../../lib/crypto/key-rotation.ts'
import { tableNamesOf } from '../deploy/settings.ts'
import { handlerFiles, isRoute, registry } from '../generate/registry.ts'
import { createTables } from '../local/create-tables.ts'
import { startParameterStore } from '../local/parameter-store.ts'
import { tableEnv } from '../testing/engine.ts'
import { eventOf } from '../testing/events.ts'
import { memoryParameters, modulusLength } from '../testing/keys.ts'
import { signatureOf } from '../testing/sigv4.ts'

const require = createRequire(join(process.cwd(), 'package.json'))
const { options, replaced } = require('./tools/bundle/options.cjs') as {
  options: BuildOptions
  replaced: Record<string, { file: string; version: string }>
}
const folder = mkdtempSync(join(tmpdir(), 'cardea-bundle-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Bundle {
  readonly file: string
  readonly bytes: number
  readonly inputs: string[]
}
const bundles = new Map<string, Promise<Bundle>>()

/** Each handler is bundled once. */
function bundled(handler: string): Promise<Bundle> {
  const made = bundles.get(handler) ?? bundle(handler)
  bundles.set(handler, made)
  return made
}

async function bundle(handler: string): Promise<Bundle> {
  const outfile = join(folder, `${handler.replaceAll('/', '-')}.cjs`)
  const { metafile, outputFiles } = await build({
    ...options,
    entryPoints: [`functions/${handler}.ts`],
    outfile,
    metafile: true,
    write: false,
  })
  const [output] = outputFiles
  if (!output) throw new Error('esbuild made nothing')
  writeFileSync(outfile, output.contents)
  // A file that was only read and then dropped has no bytes in the output.
  const inputs = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs))
  const kept = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([input]) => input)
  return { file: outfile, bytes: output.contents.length, inputs: kept }
}

describe('a bundle', () => {
  it.each([
    ['authorizer/access-token', 230_000],
    ['auth/refresh', 295_000],
    ['auth/login', 335_000],
  ])('of %s has at most %i bytes, as the README of this folder says', async (handler, most) => {
    expect((await bundled(handler)).bytes).toBeLessThanOrEqual(most)
    const row = `| \`${handler}\` | ${most.toLocaleString('en-US')} |`
    expect(readFileSync('tools/bundle/README.md', 'utf8')).toContain(row)
  })

  it('contains nothing that a function does not use', async () => {
    const { inputs } = await bundled('auth/login')
    const unwanted = [
      /credential-provider-(?!env|node)|token-providers|client-sso|client-sts|nested-clients/,
      /mnemonist|event-streams\/|node_modules\/(semver|ecdsa-sig-formatter|yaml)|tools\/(?!bundle)/,
      /Sha256Js/,
    ]
    expect(inputs.filter((input) => unwanted.some((each) => each.test(input)))).toEqual([])
    expect(inputs.some((input) => input.includes('node_modules/jsonwebtoken'))).toBe(true)
  })

  it.each(Object.entries(replaced))(
    'contains the file that replaces %s, and nothing of the original',
    async (name, { file }) => {
      const { inputs } = await bundled('auth/login')
      expect(inputs.filter((input) => input.includes(`node_modules/${name}/`))).toEqual([])
      const source = readFileSync(`tools/bundle/${file}`, 'utf8')
      // A replacement that is never called may be dropped, too.
      if (!/= undefined/.test(source)) expect(inputs).toContain(`tools/bundle/${file}`)
    },
  )

  it.each(Object.entries(replaced))('replaces %s in the version that was reviewed', (name, { version }) => {
    const [, dependency = ''] = /^((?:@[^/]+\/)?[^/]+)/.exec(name) ?? []
    const { version: installed } = JSON.parse(
      readFileSync(join('node_modules', dependency, 'package.json'), 'utf8'),
    )
    expect(installed).toBe(version)
  })

  it('contains only the services that its handler names', async () => {
    const inputsOf = async (handler: string) => (await bundled(handler)).inputs.join('\n')
    expect(await inputsOf('auth/refresh')).not.toContain('node_modules/bcryptjs')
    expect(await inputsOf('authorizer/access-token')).not.toMatch(
      /node_modules\/(bcryptjs|zod|@middy|lodash|jsonwebtoken\/sign)/,
    )
    expect(await inputsOf('users/get-me')).not.toMatch(/node_modules\/(bcryptjs|jsonwebtoken)/)
    for (const handler of ['auth/login', 'auth/signup', 'auth/forgot-password'])
      expect(await inputsOf(handler)).not.toMatch(/client-sesv2|mails\.ts|mails\//)
    expect(await inputsOf('mail/send')).toContain('client-sesv2')
    expect(await inputsOf('mail/send')).not.toMatch(/node_modules\/(@middy|zod|bcryptjs|jsonwebtoken)/)
    expect(await inputsOf('auth/login')).not.toContain('common-passwords.data')
    expect(await inputsOf('well-known/health')).not.toMatch(/node_modules\/(bcryptjs|jsonwebtoken|@aws-sdk)/)
  })
})

describe('the code of passkeys', () => {
  const verifying = [
    'auth/add-required-passkey',
    'auth/finish-sign-up-with-passkey',
    'auth/log-in-with-passkey',
    'auth/reauthenticate',
    'auth/second-factor',
    'auth/social/link',
    'users/add-passkey',
  ]
  const isWebauthn = (input: string) => /node_modules\/(@simplewebauthn|@peculiar|asn1js)\//.test(input)

  it('is only in the functions that verify one', async () => {
    const files = (await registry()).filter(isRoute).map(({ file }) => `${file}.ts`)
    // One build for all, because each file is then read once.
    const { metafile } = await build({
      ...options,
      entryPoints: files,
      outdir: folder,
      metafile: true,
      write: false,
    })
    expect(entryPointsWith(metafile, isWebauthn)).toEqual(verifying)
  })

  it('contains no attestation with certificates, and no request to another service', async () => {
    const { inputs } = await bundled('users/add-passkey')
    const certificates =
      /verifyAttestation(?!Packed)|defaultRootCerts|isCertRevoked|metadata|validateCertificatePath|@peculiar\/x509/
    expect(inputs.some(isWebauthn)).toBe(true)
    expect(inputs.filter((input) => isWebauthn(input) && certificates.test(input))).toEqual([])
  })

  it('is left out of the version that was reviewed', () => {
    const { version } = JSON.parse(readFileSync('node_modules/@simplewebauthn/server/package.json', 'utf8'))
    expect(version).toBe('14.0.3')
  })
})

describe('the protocol of login providers', () => {
  // The functions that speak with a provider.
  const speaking = ['auth/social/callback', 'auth/social/start', 'social/revoke']

  it('is only in the functions that need it', async () => {
    const isProtocol = (input: string) => /node_modules\/oauth4webapi\/|^lib\/social\//.test(input)
    const files = (await handlerFiles()).map((file) => `functions/${file}`)
    const { metafile } = await build({
      ...options,
      entryPoints: files,
      outdir: folder,
      metafile: true,
      write: false,
    })
    expect(entryPointsWith(metafile, isProtocol)).toEqual(speaking)
  })
})

/** The functions whose bundle contains such a file. */
const entryPointsWith = ({ outputs }: Metafile, isMeant: (input: string) => boolean): readonly string[] =>
  Object.values(outputs)
    .filter(({ inputs }) =>
      Object.entries(inputs).some(([input, { bytesInOutput }]) => isMeant(input) && bytesInOutput > 0),
    )
    .map(({ entryPoint = '' }) => entryPoint.replace(/^functions\/|\.ts$/g, ''))
    .sort()

describe('a bundled handler', () => {
  const tables = tableNamesOf(randomUUID())
  const keysPath = '/cardea/bundle'
  let store: Awaited<ReturnType<typeof startParameterStore>>
  const settings = {
    ISSUER: 'https://auth.example.com',
    KEYS_PATH: keysPath,
    BCRYPT_COST: '10',
    ...tableEnv(tables),
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: process.env.AWS_ACCESS_KEY_ID ?? '',
    AWS_SECRET_ACCESS_KEY: process.env.AWS_SECRET_ACCESS_KEY ?? '',
  }
  beforeAll(async () => {
    await createTables(tables, String(process.env.DYNAMODB_ENDPOINT))
    const parameters = memoryParameters()
    await makeFirstKeys(parameters, { now: Math.floor(Date.now() / 1000), modulusLength })
    store = await startParameterStore(parameters, keysPath)
  })
  afterAll(() => store.close())

  /** Calls a handler in a process of its own, with an environment like Lambda's. */
  async function invoke(handler: string, body: object, env: Record<string, string>) {
    const { file } = await bundled(handler)
    const event = JSON.stringify(eventOf(`POST /${handler}`, { body }))
    const script = `require(${JSON.stringify(file)})
      .handler(${event}, { awsRequestId: 'r' })
      .then((answer) => process.stdout.write('\\n' + JSON.stringify(answer)))`
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', script], {
      encoding: 'utf8',
      env: { ...settings, SSM_ENDPOINT: store.endpoint, ...env },
    })
    if (stderr) throw new Error(stderr)
    const answer = JSON.parse(stdout.split('\n').at(-1) ?? '')
    return { status: answer.statusCode, body: JSON.parse(answer.body), log: stdout }
  }
  const ada = { email: 'ada@example.com', password: 'correct horse battery', name: 'Ada' }

  it('signs requests that DynamoDB accepts, with the credentials of its environment', async () => {
    const env = { DYNAMODB_ENDPOINT: String(process.env.DYNAMODB_ENDPOINT) }
    expect(await invoke('auth/signup', ada, env)).toMatchObject({ status: 201 })
    const { email, password } = ada
    const login = await invoke('auth/login', { email, password, transport: 'body' }, env)
    expect(login).toMatchObject({ status: 200 })
    const { refreshToken } = login.body
    expect(await invoke('auth/refresh', { refreshToken }, env)).toMatchObject({ status: 200 })
  })

  it('signs them as AWS calculates signatures', async () => {
    const seen: { headers: IncomingHttpHeaders; body: string }[] = []
    const listener = createServer(async (request, response) => {
      seen.push({ headers: request.headers, body: await text(request) })
      response.writeHead(400).end('{"__type":"ValidationException"}')
    })
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    const { port } = listener.address() as { port: number }
    await invoke(
      'auth/login',
      { email: ada.email, password: ada.password },
      { DYNAMODB_ENDPOINT: `http://127.0.0.1:${port}` },
    )
    listener.close()
    const [first] = seen
    const { version } = JSON.parse(readFileSync('node_modules/@aws-sdk/client-dynamodb/package.json', 'utf8'))
    expect(first?.headers['user-agent']).toContain(`aws-sdk-js/${version} `)
    expect(first?.headers.authorization).toContain(`Credential=${settings.AWS_ACCESS_KEY_ID}/`)
    expect(first?.headers.authorization).toContain(
      `Signature=${signatureOf(first?.headers ?? {}, first?.body ?? '', settings.AWS_SECRET_ACCESS_KEY)}`,
    )
  })

  it('answers 503 where DynamoDB does not listen, and logs the reason', async () => {
    const answer = await invoke('auth/signup', ada, { DYNAMODB_ENDPOINT: 'http://127.0.0.1:1' })
    expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } })
    expect(answer.log).toContain('ECONNREFUSED')
  })

  it('answers 500 without keys, and does not say why', async () => {
    const answer = await invoke('auth/signup', ada, { KEYS_PATH: '/cardea/nowhere' })
    expect(answer).toMatchObject({ status: 500, body: { code: 'internal_error' } })
    expect(JSON.stringify(answer.body)).not.toMatch(/key/i)
  })
})
