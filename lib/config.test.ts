import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { deploySettings } from '../tools/deploy/settings.ts'
import { readTables } from '../tools/generate/tables-yml.ts'
import { policyOf, readConfig, relyingPartyOf, settings, socialRedirectsOf } from './config.ts'
import { limits } from './domain/limits.ts'
import { rowsOfProviders } from './provider-rows.ts'
import { contradictions } from './setting-contradictions.ts'

const rows = Object.values(settings)
const least = { ISSUER: 'https://auth.example.com' }

/** As packaging and `npm start` do, which also compare settings with each other. */
const checkedConfig = (env: Record<string, string>) => {
  const [problem] = contradictions(env)
  if (problem) throw new Error(problem)
  return readConfig(env)
}

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

  it('mean the same when empty and when absent', () => {
    const empty = Object.fromEntries(rows.map(({ env }) => [env, '']))
    expect(readConfig({ ...empty, ...least })).toEqual(readConfig(least))
  })

  it('that are wrong are reported together, by name and never by value', () => {
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
  ])('refuse an issuer that is not an https address as verifiers compare it: %s', (ISSUER) => {
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
  ])('refuse an origin that is not exact: %s', (ALLOWED_ORIGINS) => {
    expect(() => readConfig({ ...least, ALLOWED_ORIGINS })).toThrow('ALLOWED_ORIGINS')
  })

  it.each(['capacitor://localhost', 'ionic://localhost', 'tauri://localhost', 'chrome-extension://abcdef'])(
    'explain why the origin of an app is refused: %s',
    (origin) => {
      const ALLOWED_ORIGINS = `https://app.example.com,${origin}`
      expect(() => readConfig({ ...least, ALLOWED_ORIGINS })).toThrow(
        /ALLOWED_ORIGINS must be http or https origins: API Gateway refuses app schemes/,
      )
    },
  )

  it.each([
    'https://example.com',
    'example.com:443',
    'Example.com',
    'com',
    '127.0.0.1',
    '-a.com',
    'a..com',
    '*.a.com',
  ])('refuse an RP ID that is no domain: %s', (PASSKEY_RP_ID) => {
    expect(() => readConfig({ ...least, PASSKEY_RP_ID })).toThrow('PASSKEY_RP_ID must be a domain')
  })

  it.each([
    'android:apk-key-hash:short',
    'http://app.example.com',
    'https://app.example.com/',
    'ios:bundle',
    '*',
  ])('refuse an origin of an app that no app sends: %s', (PASSKEY_ORIGINS) => {
    expect(() => readConfig({ ...least, PASSKEY_ORIGINS })).toThrow('PASSKEY_ORIGINS must be origins')
  })

  it('refuse an origin of an app that the RP ID cannot serve', () => {
    const PASSKEY_RP_ID = 'example.com'
    for (const PASSKEY_ORIGINS of [
      'https://example.org',
      'https://notexample.com',
      'https://example.com.evil.net',
    ])
      expect(() => checkedConfig({ ...least, PASSKEY_RP_ID, PASSKEY_ORIGINS })).toThrow(
        'PASSKEY_ORIGINS must be origins of PASSKEY_RP_ID or of its subdomains',
      )
  })

  it('let the pages use passkeys that their RP ID can serve, and the apps that are named', () => {
    const app = `android:apk-key-hash:${'A'.repeat(43)}`
    const settings = {
      ...least,
      ALLOWED_ORIGINS:
        'https://app.example.com,https://app.example.org,http://app.example.com,https://notexample.com',
      PASSKEY_ORIGINS: `https://example.com, ${app}`,
    }
    const [own, allowed] = [least.ISSUER, 'https://app.example.com']
    expect(relyingPartyOf(readConfig({ ...settings, PASSKEY_RP_ID: 'example.com' }))).toEqual({
      rpId: 'example.com',
      origins: [own, allowed, 'https://example.com', app],
    })
    expect(relyingPartyOf(readConfig(least))).toEqual({ rpId: 'auth.example.com', origins: [own] })
    const local = { ISSUER: 'http://localhost:3000', ALLOWED_ORIGINS: 'http://localhost:5173' }
    expect(relyingPartyOf(readConfig(local))).toEqual({
      rpId: 'localhost',
      origins: ['http://localhost:3000', 'http://localhost:5173'],
    })
  })

  it('state the bounds of a limit, and accept them', () => {
    for (const SIGNUP_PER_IP of ['10000000/60', '10/1000000', '0/60', '10/0', '10', '1e3/60', '10/60/60'])
      expect(() => readConfig({ ...least, SIGNUP_PER_IP })).toThrow(
        'SIGNUP_PER_IP must be a whole number from 1 to 9999999, a slash, and a whole number of seconds from 1 to 999999',
      )
    expect(readConfig({ ...least, SIGNUP_PER_IP: '9999999/999999' }).signupPerIp).toEqual({
      most: 9_999_999,
      seconds: 999_999,
    })
    expect(readConfig({ ...least, SIGNUP_MAILS: '1/60' }).signupMails).toEqual({ most: 1, seconds: 60 })
  })

  it('accept several origins', () => {
    const { allowedOrigins } = readConfig({
      ...least,
      ALLOWED_ORIGINS: 'https://a.example, http://localhost:5173',
    })
    expect(allowedOrigins).toEqual(['https://a.example', 'http://localhost:5173'])
  })

  it.each(['-1', '1.5', '1e3', '0x10', 'abc', '59', '3601', '99999999999999999999'])(
    'accept only whole numbers in range: %s',
    (text) => {
      expect(() => readConfig({ ...least, ACCESS_TOKEN_SECONDS: text })).toThrow('ACCESS_TOKEN_SECONDS')
    },
  )
})

describe('every setting', () => {
  it('is listed in .env.example, and nothing else is', async () => {
    const example = await readFile('.env.example', 'utf8')
    const named = [...example.matchAll(/^#?\s*([A-Z_]+)=/gm)].map(([, name]) => name)
    const ofProviders = rowsOfProviders({ PROVIDERS: 'google,microsoft,apple,github,acme' })
    const all = [...rows, ...Object.values(deploySettings), ...ofProviders]
    expect(named.sort()).toEqual(all.map(({ env }) => env).sort())
    // Each has its own sentence or that of its group.
    for (const { env } of all)
      expect(example).toMatch(new RegExp(`# [A-Z][^\\n]+\\.\\n(# [A-Z_]+=.*\\n)*# ${env}=`))
  })

  it('except a local one is listed in serverless.yml, and nothing else is', async () => {
    const { provider } = parse(await readFile('serverless.yml', 'utf8'))
    const deployed = rows.filter((row) => !row.localOnly)
    expect(Object.keys(provider.environment).sort()).toEqual(deployed.map(({ env }) => env).sort())
    const generated: Record<string, string> = {
      ISSUER: 'issuer',
      MAIL_CONFIGURATION_SET: 'mailConfigurationSet',
      DOCS: 'docs',
      SECOND_FACTOR_FOR: 'secondFactorFor',
      KEYS_PATH: 'keysPath',
      ...Object.fromEntries(readTables().map(({ env, setting }) => [env, setting])),
    }
    for (const [env, value] of Object.entries(provider.environment))
      expect([env, value]).toEqual([
        env,
        generated[env] ? `\${deployment:${generated[env]}}` : `\${env:${env}, ''}`,
      ])
  })
})

it('the policy names the providers with what people read', () => {
  const env = {
    ...least,
    MAIL_FROM: 'a@example.com',
    PROVIDERS: 'google,constructor,acme',
    ACME_LABEL: 'Acme Inc.',
  }
  expect(policyOf(readConfig(env)).providers).toEqual([
    { name: 'google', label: 'Google' },
    { name: 'constructor', label: 'Constructor' },
    { name: 'acme', label: 'Acme Inc.' },
  ])
  expect(policyOf(readConfig(least)).providers).toEqual([])
})

describe('the addresses that a social login may return to', () => {
  const redirects = (change: Record<string, string>) => checkedConfig({ ...least, ...change }).socialRedirects

  it('are read as they are written, and the pages of the API are always among them', () => {
    const SOCIAL_REDIRECTS = 'https://app.example.com/welcome?from=login, https://app.example.com/'
    const listed = ['https://app.example.com/welcome?from=login', 'https://app.example.com/']
    expect(redirects({ SOCIAL_REDIRECTS })).toEqual(listed)
    const pages = ['https://auth.example.com/ui/login', 'https://auth.example.com/ui/account']
    expect(socialRedirectsOf(readConfig({ ...least, SOCIAL_REDIRECTS }))).toEqual([...pages, ...listed])
    expect(socialRedirectsOf(readConfig({ ...least, SOCIAL_REDIRECTS, PAGES: 'false' }))).toEqual(listed)
  })

  it.each([
    'http://app.example.com/',
    'http://192.168.0.1/',
    'com.example.app://login',
    'com.example.app:/login',
    'javascript:alert(1)',
    'https://app.example.com/#',
    'https://app.example.com/#top',
    'https://user@app.example.com/',
    'https://user:secret@app.example.com/',
    'https://APP.example.com/',
    // A browser adds the slash, so no login would match this.
    'https://app.example.com',
    'https://app.example.com:443/',
    'https://app.example.com/a/../b',
    'https:\\\\app.example.com/',
    'https://app.example.com/a b',
    '//app.example.com/',
    '/login',
    '*',
    'https://app.example.com/,https://app.example.com/',
  ])('are refused unless each is an exact https address, once: %s', (SOCIAL_REDIRECTS) => {
    expect(() => redirects({ SOCIAL_REDIRECTS })).toThrow('SOCIAL_REDIRECTS must be https addresses')
    expect(() => redirects({ SOCIAL_REDIRECTS })).not.toThrow(SOCIAL_REDIRECTS)
  })

  it.each(['http://localhost:5173/login', 'http://127.0.0.1:5173/', 'http://[::1]:5173/'])(
    'are http only where the API itself is local: %s',
    (SOCIAL_REDIRECTS) => {
      expect(redirects({ ISSUER: 'http://localhost:3000', SOCIAL_REDIRECTS })).toEqual([SOCIAL_REDIRECTS])
      expect(() => redirects({ SOCIAL_REDIRECTS })).toThrow(
        'SOCIAL_REDIRECTS must be https; http is for npm start alone',
      )
    },
  )
})

describe('settings of mail and limits', () => {
  const mail = { MAIL_FROM: 'no-reply@example.com', LINK_BASE_URL: 'https://app.example.com/account/' }
  const policy = (change: Record<string, string>) => policyOf(readConfig({ ...least, ...change }))

  it('without a sender switch off all that needs one, email verification included', () => {
    expect(policy({})).toMatchObject({ sendsMail: false, requireVerifiedEmail: false, emailLogin: false })
  })

  it('with a sender require verified emails, unless that is switched off', () => {
    expect(policy(mail)).toMatchObject({ sendsMail: true, requireVerifiedEmail: true, emailLogin: false })
    expect(policy({ ...mail, REQUIRE_VERIFIED_EMAIL: 'false' })).toMatchObject({
      requireVerifiedEmail: false,
    })
    expect(readConfig({ ...least, ...mail }).linkBaseUrl).toBe('https://app.example.com/account')
  })

  it.each<[string, Record<string, string>]>([
    ['LINK_BASE_URL', { MAIL_FROM: 'no-reply@example.com', PAGES: 'false' }],
    ['PAGES', { PAGES: 'no' }],
    ['DOCS', { DOCS: 'no' }],
    ['ACCENT_COLOR', { ACCENT_COLOR: 'red' }],
    ['ACCENT_COLOR', { ACCENT_COLOR: '#777777' }],
    ['REQUIRE_VERIFIED_EMAIL', { REQUIRE_VERIFIED_EMAIL: 'true' }],
    ['EMAIL_LOGIN', { EMAIL_LOGIN: 'true' }],
    ['PROVIDERS needs MAIL_FROM', { PROVIDERS: 'google' }],
    ['SOCIAL_REDIRECTS must be set', { ...mail, PROVIDERS: 'google', PAGES: 'false' }],
    ['REQUIRE_VERIFIED_EMAIL', { ...mail, REQUIRE_VERIFIED_EMAIL: 'yes' }],
    ['MAIL_FROM', { ...mail, MAIL_FROM: 'Cardea <no-reply@example.com>' }],
    ['MAIL_FROM', { ...mail, MAIL_FROM: 'a@example.com,b@example.com' }],
    ['LINK_BASE_URL', { ...mail, LINK_BASE_URL: 'http://app.example.com' }],
    ['LINK_BASE_URL', { ...mail, LINK_BASE_URL: 'https://app.example.com/#x' }],
    ['PRODUCT_NAME', { PRODUCT_NAME: 'two\nlines' }],
    ['PRODUCT_NAME', { PRODUCT_NAME: 'x'.repeat(61) }],
    ['NOTICES', { NOTICES: 'new_device,news' }],
    ['PWNED_PASSWORDS_URL', { PWNED_PASSWORDS_URL: 'http://api.pwnedpasswords.com' }],
    ['LOGIN_FAILURES', { LOGIN_FAILURES: '5' }],
    ['LOGIN_FAILURES', { LOGIN_FAILURES: '0/900' }],
    ['LOGIN_FAILURES', { LOGIN_FAILURES: 'off' }],
    ['SIGNUP_PER_IP', { SIGNUP_PER_IP: '-1/60' }],
    ['UNVERIFIED_ACCOUNT_DAYS', { UNVERIFIED_ACCOUNT_DAYS: '1' }],
  ])('that are wrong or contradict each other are refused with the name %s', (name, change) => {
    expect(() => checkedConfig({ ...least, ...change })).toThrow(name)
  })

  it('say what to set where there are no pages, whoever set MAIL_FROM', () => {
    const [sentence, ...others] = contradictions({ MAIL_FROM: mail.MAIL_FROM, PAGES: 'false' })
    expect(sentence).toMatch(/^LINK_BASE_URL must be set, because PAGES=false: links of mails begin with /)
    expect(sentence).not.toContain('MAIL_FROM')
    expect(others).toEqual([])
    expect(contradictions({ PAGES: 'false' })).toEqual([])
  })

  it.each([
    ['MAIL_FROM', 'Cardea <no-reply@example.com>'],
    ['LINK_BASE_URL', 'http://app.example.com'],
    ['PWNED_PASSWORDS_URL', 'http://api.pwnedpasswords.com'],
  ])('never quote a wrong %s', (name, value) => {
    expect(() => readConfig({ ...least, ...mail, [name]: value })).toThrow(name)
    expect(() => readConfig({ ...least, ...mail, [name]: value })).not.toThrow(value)
  })

  it('accept the digests of at most two secrets, and never a secret', () => {
    const hash = 'ab'.repeat(32)
    const read = (TRUSTED_PROXY_SECRET_HASH: string) => () =>
      readConfig({ ...least, TRUSTED_PROXY_SECRET_HASH }).trustedProxySecrets
    expect(read('')()).toEqual([])
    expect(read(`${hash}, ${hash}`)()).toEqual([Buffer.from(hash, 'hex'), Buffer.from(hash, 'hex')])
    const secret = 'C0b1T-V3k3hJ7gS1mJrD6W8d4rNn2aYq5zX0pQeRt_8'
    for (const wrong of [secret, hash.toUpperCase(), hash.slice(1), `${hash},`, `${hash},${hash},${hash}`]) {
      expect(read(wrong)).toThrow('TRUSTED_PROXY_SECRET_HASH must be the SHA-256')
      expect(read(wrong)).not.toThrow(wrong)
    }
  })

  it('give each limit its count and seconds', () => {
    expect(readConfig({ ...least, LOGIN_FAILURES: '3/60' }).loginFailures).toEqual({ most: 3, seconds: 60 })
    for (const [name, { most, seconds }] of Object.entries(limits)) {
      expect(readConfig(least)[name as keyof typeof limits]).toEqual({ most, seconds })
    }
  })

  it('accept none for no notification', () => {
    expect(policy({ NOTICES: 'none' }).notifications).toEqual([])
    expect(policy({ NOTICES: 'password_changed, new_device' }).notifications).toEqual([
      'new_device',
      'password_changed',
    ])
  })
})
