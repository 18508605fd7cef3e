import { settings } from '../../lib/config.ts'
import { readTables } from '../generate/tables-yml.ts'
import { problemsOf } from './setting-problems.ts'
import { deploySettings, stageProblem } from './settings.ts'

const tableSettings = readTables().map(({ env }) => env)
const right = {
  ALLOWED_ORIGINS: 'https://app.example.com',
  MAIL_FROM: 'no-reply@example.com',
  LINK_BASE_URL: 'https://app.example.com',
}
const certificate = 'arn:aws:acm:eu-central-1:123456789012:certificate/x'
const named = { DOMAIN_NAME: 'auth.example.com', CERTIFICATE_ARN: certificate }
const topic = 'arn:aws:sns:eu-central-1:123456789012:alarms'

describe('the settings of a deployment', () => {
  it('may all be missing in dev, and few are required in prod', () => {
    expect(problemsOf('dev', {})).toEqual([])
    expect(problemsOf('prod', right)).toEqual([])
    expect(problemsOf('prod', { ...right, MAIL_FROM: '', REQUIRE_VERIFIED_EMAIL: 'false' })).toEqual([])
  })

  it.each(['prod', 'staging', 'dev2'])('need few entries in %s, which keeps users', (stage) => {
    expect(problemsOf(stage, {})).toEqual([
      expect.stringMatching(/^MAIL_FROM must be set, unless REQUIRE_VERIFIED_EMAIL=false/),
    ])
    expect(problemsOf(stage, { PAGES: 'false' })).toEqual([
      expect.stringMatching(/^ALLOWED_ORIGINS must be set/),
      expect.stringMatching(/^MAIL_FROM must be set, unless REQUIRE_VERIFIED_EMAIL=false/),
    ])
  })

  it.each(['prod-eu', 'Prod', '2prod', 'prod_eu', 'prod*', 'ünder', 'a'.repeat(16), '', '-', 'prod\n'])(
    'are refused for the stage name "%s", because a rule for cardea-prod-* must not match it',
    (stage) => {
      expect(stageProblem(stage)).toMatch(/^A stage is named/)
      expect(problemsOf(stage, right)).toEqual([stageProblem(stage)])
    },
  )

  it.each([...tableSettings, 'KEYS_PATH'])(
    'may name own resources of the stage, and no %s of another stage',
    (name) => {
      const [own, others] =
        name === 'KEYS_PATH' ? ['/acme/prod', '/acme/prod2'] : ['acme-prod-x', 'acme-prod2-x']
      expect(problemsOf('prod', { ...right, [name]: own })).toEqual([])
      expect(problemsOf('prod', { ...right, [name]: others })).toEqual([
        expect.stringContaining(`${name} is not a `),
      ])
    },
  )

  it.each<[string, Record<string, string>]>([
    ['ALLOWED_ORIGINS', { ALLOWED_ORIGINS: '*' }],
    ['ALLOWED_ORIGINS', { ALLOWED_ORIGINS: 'https://app.example.com,capacitor://localhost' }],
    ['SIGNUP_PER_IP', { SIGNUP_PER_IP: '10000000/60' }],
    ['ALLOWED_ORIGINS', { ALLOWED_ORIGINS: 'https://*.example.com' }],
    ['ACCESS_TOKEN_SECONDS', { ACCESS_TOKEN_SECONDS: '0' }],
    ['ACCESS_TOKEN_SECONDS', { ACCESS_TOKEN_SECONDS: '3601' }],
    ['SESSION_ABSOLUTE_SECONDS', { SESSION_ABSOLUTE_SECONDS: '99999999' }],
    ['ISSUER', { ISSUER: 'http://auth.example.com' }],
    ['PRODUCT_NAME', { PRODUCT_NAME: 'two\nlines' }],
    ['LINK_BASE_URL', { ...right, LINK_BASE_URL: '', PAGES: 'false' }],
    ['EMAIL_LOGIN', { EMAIL_LOGIN: 'true' }],
    ['PROVIDERS must be names', { PROVIDERS: 'Google' }],
    ['PROVIDERS needs MAIL_FROM', { PROVIDERS: 'google', GOOGLE_CLIENT_ID: 'x' }],
    ['GOOGLE_CLIENT_ID must be set', { ...right, PROVIDERS: 'google' }],
    ['ACME_ISSUER must be set', { ...right, PROVIDERS: 'acme', ACME_CLIENT_ID: 'x' }],
    [
      'ACME_ISSUER must be https',
      { ...right, PROVIDERS: 'acme', ACME_CLIENT_ID: 'x', ACME_ISSUER: 'http://localhost:9000' },
    ],
    ['SOCIAL_REDIRECTS must be https', { SOCIAL_REDIRECTS: 'http://localhost:5173' }],
    ['LOG_RETENTION_DAYS', { LOG_RETENTION_DAYS: '31' }],
    ['AUTHORIZER_CACHE_SECONDS', { AUTHORIZER_CACHE_SECONDS: '3601' }],
    ['AUTHORIZER_CACHE_SECONDS', { AUTHORIZER_CACHE_SECONDS: '-1' }],
    ['AUTHORIZER_CACHE_SECONDS', { AUTHORIZER_CACHE_SECONDS: 'off' }],
    ['CERTIFICATE_ARN', { DOMAIN_NAME: 'auth.example.com' }],
    ['DOMAIN_NAME', { CERTIFICATE_ARN: certificate }],
    ['DOMAIN_NAME', { DOMAIN_NAME: 'https://auth.example.com', CERTIFICATE_ARN: certificate }],
    ['CERTIFICATE_ARN', { DOMAIN_NAME: 'auth.example.com', CERTIFICATE_ARN: topic }],
    ['ALARM_TOPIC_ARN', { ALARM_TOPIC_ARN: certificate }],
    ['CERTIFICATE_ARN', { ...named, AWS_REGION: 'us-east-1' }],
    ['ALARM_TOPIC_ARN', { ALARM_TOPIC_ARN: topic, AWS_REGION: 'us-east-1' }],
    ['MAIL_FROM', { ...right, MAIL_FROM: 'login@Example.com' }],
    ['MAIL_CONFIGURATION_SET', { MAIL_CONFIGURATION_SET: 'arn:aws:ses:x' }],
    ['ALARM_EMAIL', { ALARM_EMAIL: 'Ops <ops@example.com>' }],
    ['ALARM_EMAIL', { ALARM_EMAIL: 'ops@example.com', ALARM_TOPIC_ARN: topic }],
    ['TRACING', { TRACING: 'yes' }],
    ['AUTHORIZER_CALLERS', { AUTHORIZER_CALLERS: '*' }],
    ['AUTHORIZER_CALLERS', { AUTHORIZER_CALLERS: 'a1b2c3d4e5,a1b2c3d4e5' }],
    ['AUTHORIZER_CALLERS', { AUTHORIZER_CALLERS: 'arn:aws:execute-api:eu-central-1:123456789012:*' }],
    [
      'AUTHORIZER_CALLERS',
      { AUTHORIZER_CALLERS: 'https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com' },
    ],
  ])('are refused even in dev where %s is wrong', (name, env) => {
    expect(problemsOf('dev', env)).toEqual([expect.stringContaining(name)])
  })

  it('allow no proxy in front of the gateway’s own address', () => {
    const proxied = { ...right, TRUSTED_PROXY_SECRET_HASH: 'ab'.repeat(32) }
    expect(problemsOf('prod', proxied)).toEqual([expect.stringMatching(/^TRUSTED_PROXY_SECRET_HASH needs/)])
    expect(problemsOf('prod', { ...proxied, ...named })).toEqual([])
    expect(problemsOf('prod', { ...proxied, ISSUER: 'https://auth.example.com' })).toEqual([])
  })

  it.each<[string, Record<string, string>]>([
    ['ALLOWED_ORIGINS', { ALLOWED_ORIGINS: 'https://app.example.com,http://localhost:5173' }],
    ['ALLOWED_ORIGINS', { ALLOWED_ORIGINS: 'https://localhost' }],
    ['ALLOWED_ORIGINS', { ALLOWED_ORIGINS: 'http://app.example.com' }],
    ['ALLOWED_ORIGINS', { ALLOWED_ORIGINS: 'http://127.0.0.1:5173' }],
    ['SOCIAL_REDIRECTS', { SOCIAL_REDIRECTS: 'https://localhost/login' }],
    ['ISSUER', { ISSUER: 'http://localhost:3000' }],
    ['LINK_BASE_URL', { LINK_BASE_URL: 'http://localhost:5173' }],
    ['PWNED_PASSWORDS_URL', { PWNED_PASSWORDS_URL: 'http://localhost' }],
  ])('are refused in prod where %s is local', (name, change) => {
    expect(problemsOf('prod', { ...right, ...change })).toEqual([expect.stringContaining(name)])
    expect(problemsOf('dev', { ...right, ...change })).toEqual([])
  })

  it('are reported together, and none is quoted', () => {
    const secret = 'hunter2\nhunter2'
    const rows = Object.values({ ...settings, ...deploySettings })
    // A setting that accepts any text cannot be wrong.
    const free = new Set(['AUDIENCE', ...tableSettings])
    const checked = rows.filter((row) => !('localOnly' in row) && !free.has(row.env)).map(({ env }) => env)
    const problems = problemsOf('prod', Object.fromEntries(rows.map(({ env }) => [env, secret])))
    for (const env of checked) expect(problems).toContainEqual(expect.stringContaining(env))
    expect(problems.join()).not.toContain('hunter2')
  })

  it('that are local are not checked', () => {
    expect(problemsOf('dev', { PORT: 'x', LOCAL_FOLDER: 'x', DYNAMODB_ENDPOINT: 'x' })).toEqual([])
  })
})
