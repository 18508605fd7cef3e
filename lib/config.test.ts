import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { readConfig, settings } from './config.ts'

const rows = Object.values(settings)
const least = { ISSUER: 'https://auth.example.com' }

describe('the settings', () => {
  it('have safe defaults', () => {
    expect(readConfig(least)).toMatchObject({
      issuer: 'https://auth.example.com',
      audience: 'cardea',
      allowedOrigins: [],
      accessTokenSeconds: 900,
      sessionIdleSeconds: 1_209_600,
      sessionAbsoluteSeconds: 2_592_000,
      refreshGraceSeconds: 60,
      bcryptCost: 12,
      dynamodbEndpoint: undefined,
    })
  })

  it('are empty where they are absent', () => {
    const empty = Object.fromEntries(rows.map(({ env }) => [env, '']))
    expect(readConfig({ ...empty, ...least })).toEqual(readConfig(least))
  })

  it('that are wrong are told of together, by name and never by value', () => {
    const wrong = { ISSUER: 'hunter2', BCRYPT_COST: '4', ALLOWED_ORIGINS: '*', ACCESS_TOKEN_SECONDS: '3601' }
    expect(() => readConfig(wrong)).toThrow(
      /^Wrong settings: ISSUER .*; ALLOWED_ORIGINS .*; ACCESS_TOKEN_SECONDS .*; BCRYPT_COST /,
    )
    expect(() => readConfig(wrong)).not.toThrow(/hunter2|\*|3601,/)
    expect(() => readConfig({})).toThrow('ISSUER must be set')
  })

  it.each([
    'http://auth.example.com',
    'https://auth.example.com/',
    'https://auth.example.com?x',
    'auth.example.com',
    'javascript:1',
  ])('take no issuer that is not an https address as verifiers compare it: %s', (ISSUER) => {
    expect(() => readConfig({ ISSUER })).toThrow('ISSUER')
  })

  it.each([
    '*',
    'null',
    'https://*.example.com',
    'https://app.example.com/',
    'app.example.com',
    'file://x',
    'https://a.example b',
  ])('take no origin but an exact one: %s', (ALLOWED_ORIGINS) => {
    expect(() => readConfig({ ...least, ALLOWED_ORIGINS })).toThrow('ALLOWED_ORIGINS')
  })

  it('take several origins', () => {
    const { allowedOrigins } = readConfig({
      ...least,
      ALLOWED_ORIGINS: 'https://a.example, http://localhost:5173',
    })
    expect(allowedOrigins).toEqual(['https://a.example', 'http://localhost:5173'])
  })

  it.each(['-1', '1.5', '1e3', '0x10', 'abc', '59', '3601', '99999999999999999999'])(
    'take only whole numbers in range: %s',
    (text) => {
      expect(() => readConfig({ ...least, ACCESS_TOKEN_SECONDS: text })).toThrow('ACCESS_TOKEN_SECONDS')
    },
  )
})

describe('every setting', () => {
  it('stands in .env.example, and nothing else does', async () => {
    const example = await readFile('.env.example', 'utf8')
    const named = [...example.matchAll(/^#?\s*([A-Z_]+)=/gm)].map(([, name]) => name)
    expect(named.sort()).toEqual(rows.map(({ env }) => env).sort())
    // Each under a sentence of its own, or under that of its group.
    for (const { env } of rows)
      expect(example).toMatch(new RegExp(`# [A-Z][^\\n]+\\.\\n(# [A-Z_]+=.*\\n)*# ${env}=`))
  })

  it('that is not for the laptop alone stands in serverless.yml, and nothing else does', async () => {
    const { provider } = parse(await readFile('serverless.yml', 'utf8'))
    const deployed = rows.filter((row) => !row.laptop)
    expect(Object.keys(provider.environment).sort()).toEqual(deployed.map(({ env }) => env).sort())
    for (const { env } of deployed) expect(provider.environment[env]).toMatch(`\${env:${env}, `)
  })
})
