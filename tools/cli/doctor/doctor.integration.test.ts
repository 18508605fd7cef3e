import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { readConfig } from '../../../lib/config.ts'
import { makeFirstKeys, revoke, rotate } from '../../../lib/crypto/key-rotation.ts'
import { keyStates } from '../../../lib/crypto/key-states.ts'
import { engineStores } from '../../testing/engine.ts'
import { type MemoryParameters, memoryParameters, modulusLength } from '../../testing/keys.ts'
import { type Aws, callersAws } from './aws.ts'
import { doubtsAbout } from './configuration.ts'
import { type Deployed, findingsOf } from './deployment.ts'

const NOW = 1_800_000_000
const DAY = 86_400

const validSettings = {
  ISSUER: 'https://auth.example.com',
  ALLOWED_ORIGINS: 'https://app.example.com',
  MAIL_FROM: 'no-reply@example.com',
  LINK_BASE_URL: 'https://app.example.com/account',
  PASSKEY_RP_ID: 'example.com',
}
const doubts = (change: Record<string, string>, hasDomain = true) =>
  doubtsAbout(readConfig({ ...validSettings, ...change }), { hasDomain })

describe('settings that are valid one by one', () => {
  it('are fine if they fit together', () => {
    expect(doubts({})).toEqual([{ grade: 'fine', says: expect.any(String) }])
  })

  it('are fine if mails link to the pages of the API, and a social login returns to an allowed origin', () => {
    const SOCIAL_REDIRECTS = 'https://app.example.com/login'
    expect(doubts({ LINK_BASE_URL: '', SOCIAL_REDIRECTS })).toEqual([
      { grade: 'fine', says: expect.any(String) },
    ])
  })

  it.each<[string, Record<string, string>, boolean, RegExp]>([
    ['no origin', { ALLOWED_ORIGINS: '' }, true, /ALLOWED_ORIGINS/],
    ['an address of Amazon', {}, false, /DOMAIN_NAME/],
    [
      'an origin of another site',
      { ALLOWED_ORIGINS: 'https://app.example.org,https://app.example.com' },
      true,
      /transport/,
    ],
    [
      'an idle lifetime above the absolute one',
      { SESSION_IDLE_SECONDS: '2592000', SESSION_ABSOLUTE_SECONDS: '86400' },
      true,
      /absolute/,
    ],
    [
      'an access token that outlives its session',
      { SESSION_IDLE_SECONDS: '300' },
      true,
      /ACCESS_TOKEN_SECONDS/,
    ],
    ['an origin that passkeys cannot serve', { PASSKEY_RP_ID: 'auth.example.com' }, true, /PASSKEY_RP_ID/],
    ['no sender', { MAIL_FROM: '', LINK_BASE_URL: '' }, true, /MAIL_FROM/],
    ['emails that are not verified', { REQUIRE_VERIFIED_EMAIL: 'false' }, true, /REQUIRE_VERIFIED_EMAIL/],
    [
      'pages that may not call the API',
      { LINK_BASE_URL: 'https://pages.example.com' },
      true,
      /LINK_BASE_URL/,
    ],
    [
      'a page that may not finish a social login',
      { SOCIAL_REDIRECTS: 'https://pages.example.com/login' },
      true,
      /Name its origin in ALLOWED_ORIGINS, unless/,
    ],
    ['a limit without effect', { LOGIN_PER_IP: '1000000/1' }, true, /Leave it unset/],
  ])('are doubtful with %s, and the finding says how to correct it', (_, change, hasDomain, mend) => {
    const found = doubts(change, hasDomain)
    expect(found.map(({ grade }) => grade)).toContain('doubtful')
    expect(found.map(({ mend = '' }) => mend).join('\n')).toMatch(mend)
  })
})

const OWN = 'https://abcdefghij.execute-api.eu-central-1.amazonaws.com'
const served = { status: 200, code: undefined }
const refused = { status: 403, code: 'untrusted_proxy' }
const healthy: Omit<Aws, 'listed'> = {
  table: async () => ({ ttl: 'expiresAt', hasStream: true }),
  identity: async (name) => (name.includes('@') ? undefined : { isVerified: true }),
  account: async () => ({ isSandbox: false, maySend: true }),
  gateway: async () => OWN,
  health: async (address) => (address === OWN ? refused : served),
  time: async () => NOW,
}
const deployed: Deployed = {
  tables: [{ name: 'sessions', ttl: 'expiresAt', hasStream: true }],
  mailFrom: 'no-reply@example.com',
  keyRotationDays: 30,
  publicAddress: 'https://auth.example.com',
  hasProxy: true,
  now: NOW,
}
/** What SSM lists of parameters, without secrets. Each was created at the time that it contains. */
const listing =
  (parameters: MemoryParameters): Aws['listed'] =>
  async (path) =>
    [...(await parameters.below(path))].map(([number, value]) => ({
      number,
      madeAt: JSON.parse(value).signsFrom,
      value: path === 'access/public' ? value : undefined,
    }))
async function withKeys() {
  const parameters = memoryParameters()
  await makeFirstKeys(parameters, { now: NOW, modulusLength })
  return parameters
}
const wrongOf = async (aws: Partial<Aws>, change: Partial<Deployed> = {}, parameters = withKeys()) => {
  const listed = listing(await parameters)
  const found = await findingsOf({ listed, ...healthy, ...aws }, { ...deployed, ...change })
  return found.filter(({ grade }) => grade !== 'fine')
}

describe('a deployment', () => {
  it('without a fault is fine', async () => {
    expect(await wrongOf({})).toEqual([])
    expect(await wrongOf({ identity: async () => undefined }, { mailFrom: undefined })).toEqual([])
  })

  it.each<[string, Partial<Aws>, 'wrong' | 'doubtful', RegExp]>([
    ['has no table', { table: async () => undefined }, 'wrong', /no table sessions/],
    ['has no TTL', { table: async () => ({ ttl: undefined, hasStream: true }) }, 'wrong', /only grow/],
    ['has no stream', { table: async () => ({ ttl: 'expiresAt', hasStream: false }) }, 'wrong', /no mail/],
    ['has a sender that SES does not know', { identity: async () => undefined }, 'wrong', /does not know/],
    [
      'has a sender that is not verified',
      { identity: async () => ({ isVerified: false }) },
      'wrong',
      /verified/,
    ],
    [
      'is in the sandbox',
      { account: async () => ({ isSandbox: true, maySend: true }) },
      'doubtful',
      /sandbox/,
    ],
    ['may not send', { account: async () => ({ isSandbox: false, maySend: false }) }, 'wrong', /stopped/],
    ['is at another time', { time: async () => NOW - 31 }, 'doubtful', /31 s/],
    ['cannot be asked', { time: () => Promise.reject(new Error('AccessDenied')) }, 'wrong', /AccessDenied/],
  ])('that %s gets a finding with its correction', async (_, aws, grade, says) => {
    expect(await wrongOf(aws)).toEqual([
      { grade, says: expect.stringMatching(says), mend: expect.any(String) },
    ])
  })

  it.each<[string, Partial<Aws>, RegExp]>([
    ['is not there', { gateway: async () => undefined }, /no gateway/],
    ['answers past the proxy', { health: async () => served }, /answered 200, and not refused/],
    ['refuses its own proxy', { health: async () => refused }, /^https:\/\/auth.example.com is refused/],
    [
      'fails behind its proxy',
      { health: async (address) => (address === OWN ? refused : { status: 502, code: undefined }) },
      /is answered 502/,
    ],
    [
      'has a proxy that cannot be reached',
      { health: async (address) => (address === OWN ? refused : Promise.reject(new Error('ENOTFOUND'))) },
      /does not answer/,
    ],
  ])('whose gateway %s gets a finding with its correction, but only behind a proxy', async (_, aws, says) => {
    expect(await wrongOf(aws)).toEqual([
      { grade: 'wrong', says: expect.stringMatching(says), mend: expect.any(String) },
    ])
    expect(await wrongOf(aws, { hasProxy: false })).toEqual([])
  })

  it('whose sender is below the domain that SES has verified is fine', async () => {
    const identity: Aws['identity'] = async (name) =>
      name === 'example.com' ? { isVerified: true } : undefined
    expect(await wrongOf({ identity }, { mailFrom: 'login@mail.example.com' })).toEqual([])
  })

  it('without keys, with half a pair, or without rotations gets a finding', async () => {
    expect(await wrongOf({}, {}, Promise.resolve(memoryParameters()))).toHaveLength(3)
    const half = await withKeys()
    await half.remove('access/private', '000001')
    expect(await wrongOf({}, {}, Promise.resolve(half))).toMatchObject([
      { says: 'There is no access key that signs' },
    ])

    const late = await withKeys()
    const now = NOW + 40 * DAY
    const time = async () => now
    expect(await wrongOf({ time }, { now }, Promise.resolve(late))).toMatchObject([
      { grade: 'doubtful', says: expect.stringContaining('the rotation does not run') },
      { grade: 'doubtful' },
    ])
    for (const name of ['access', 'refresh'] as const)
      await rotate(late, name, { now, everySeconds: 30 * DAY, modulusLength })
    expect(await wrongOf({ time }, { now }, Promise.resolve(late))).toEqual([])
    const first = (await keyStates(late, 'access')).at(-1)
    await revoke(late, 'access', String(first?.kid), { now, modulusLength })
    expect(await wrongOf({ time }, { now }, Promise.resolve(late))).toEqual([])
  })
})

/** Runs questions to AWS against an endpoint. */
async function asking<T>(service: string, endpoint: string, ask: (aws: Aws) => Promise<T>): Promise<T> {
  const before = { ...process.env }
  const credentials = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' }
  const env = { [`AWS_ENDPOINT_URL_${service}`]: endpoint, AWS_REGION: 'eu-central-1', ...credentials }
  Object.assign(process.env, env)
  try {
    return await ask(callersAws('dev', '/cardea/dev'))
  } finally {
    process.env = before
  }
}

/** Starts a server. Returns its address. */
async function listening(server: Server): Promise<string> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  closing.push(server)
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
const closing: Server[] = []
afterEach(() => {
  for (const server of closing.splice(0)) server.close()
})

describe('a request to AWS', () => {
  it('about tables answers what the engine has', async () => {
    const { tables, endpoint } = await engineStores()
    const asked = [tables.sessionsTable, tables.usersTable, 'no-such-table']
    expect(await asking('DYNAMODB', endpoint, (aws) => Promise.all(asked.map(aws.table)))).toEqual([
      { ttl: 'expiresAt', hasStream: true },
      { ttl: 'keptUntil', hasStream: false },
      undefined,
    ])
  })

  it('about keys reads every page, and requests no secret', async () => {
    const asked: Record<string, unknown>[] = []
    const name = '/cardea/dev/access/public'
    const kept = [
      { Name: `${name}/000001`, Type: 'String', Value: 'public', LastModifiedDate: NOW },
      { Name: `${name}/000002`, Type: 'SecureString', Value: 'x', LastModifiedDate: NOW + 1 },
    ]
    const address = await listening(
      createServer(async (request, response) => {
        const body = JSON.parse(await text(request))
        asked.push({ target: request.headers['x-amz-target'], ...body })
        const [page, NextToken] = body.NextToken ? [1, undefined] : [0, 'more']
        response.setHeader('content-type', 'application/x-amz-json-1.1')
        response.end(JSON.stringify({ Parameters: [kept[page]], NextToken }))
      }),
    )
    expect(await asking('SSM', address, (aws) => aws.listed('access/public'))).toEqual([
      { number: '000001', madeAt: NOW, value: 'public' },
      { number: '000002', madeAt: NOW + 1, value: undefined },
    ])
    expect(asked).toHaveLength(2)
    for (const { target, Path, WithDecryption } of asked)
      expect([target, Path, WithDecryption]).toEqual(['AmazonSSM.GetParametersByPath', name, false])
  })

  it('about a sender answers whether it is verified, and ignores its configuration set', async () => {
    const address = await listening(
      createServer((_, response) => {
        response.end('{"VerifiedForSendingStatus":true,"ConfigurationSetName":"tracked"}')
      }),
    )
    expect(await asking('SESV2', address, ({ identity }) => wrongOf({ identity }))).toEqual([])
  })

  it('about the gateway answers the output of the stack, and the status of its health route', async () => {
    const asked: string[] = []
    const address = await listening(
      createServer(async (request, response) => {
        if (request.url === '/health') {
          response.statusCode = 403
          response.setHeader('content-type', 'application/problem+json')
          return void response.end('{"code":"untrusted_proxy"}')
        }
        asked.push(await text(request))
        const output = (key: string, value: string) =>
          `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`
        const outputs = output('DomainTarget', 'd-1.example') + output('HttpApiUrl', OWN)
        const stack = `<member><StackName>cardea-dev</StackName><Outputs>${outputs}</Outputs></member>`
        const result = `<DescribeStacksResult><Stacks>${stack}</Stacks></DescribeStacksResult>`
        response.end(`<DescribeStacksResponse>${result}</DescribeStacksResponse>`)
      }),
    )
    const answers = await asking('CLOUDFORMATION', address, (aws) =>
      Promise.all([aws.gateway(), aws.health(address)]),
    )
    expect(answers).toEqual([OWN, refused])
    expect(asked).toEqual(['Action=DescribeStacks&Version=2010-05-15&StackName=cardea-dev'])
  })
})
