import { readWords } from '../command.ts'
import { options, readSettings, usage } from './arguments.ts'

const read = (line: string, env = {}) =>
  readSettings(readWords({ options }, line.split(' ').filter(Boolean)).values, env)

describe('the command line of the smoke test', () => {
  it('accepts a local address alone, and reads the local mailbox', () => {
    expect(read('--url http://localhost:3000/')).toEqual({
      url: 'http://localhost:3000',
      isLocal: true,
      origin: undefined,
      cacheSeconds: 0,
      mailbox: 'http://localhost:8005',
      stage: undefined,
      always: undefined,
      account: undefined,
      providers: [],
      redirect: 'http://localhost:3000/ui/login',
    })
  })

  it('reads the providers and where their logins return to from the settings', () => {
    const url = '--url https://auth.example.com --stage prod'
    const PROVIDERS = 'google, acme'
    expect(read(url, { PROVIDERS })).toMatchObject({
      providers: ['google', 'acme'],
      redirect: 'https://auth.example.com/ui/login',
    })
    const SOCIAL_REDIRECTS = 'https://app.example.com/login,https://app.example.com/'
    expect(read(url, { PROVIDERS, SOCIAL_REDIRECTS })).toMatchObject({
      redirect: 'https://app.example.com/login',
    })
    expect(() => read(url, { PROVIDERS: 'Google' })).toThrow('PROVIDERS must be names')
  })

  it('reads the mailbox at the port of npm start', () => {
    const mailbox = 'http://localhost:8125'
    expect(read('--url http://localhost:3000', { MAILBOX_PORT: ' 8125' })).toMatchObject({ mailbox })
    const url = '--url https://auth.example.com --stage prod'
    expect(read(url, { MAILBOX_PORT: '8125' })).toMatchObject({ mailbox: undefined })
  })

  it('accepts the secret of a proxy only from the environment', () => {
    const env = { SMOKE_PROXY_SECRET: 'of the CDN' }
    expect(read('--url http://localhost:3000', env)).toMatchObject({
      always: { 'cardea-proxy-secret': 'of the CDN', 'cloudfront-viewer-address': '192.0.2.1:443' },
    })
    expect(() => read('--url http://localhost:3000 --proxy-secret x')).toThrow('proxy-secret')
  })

  it('accepts a password that begins with a dash', () => {
    const account = { email: 'a@example.com', password: '-secret' }
    const line = '--url https://auth.example.com --email a@example.com --password -secret'
    expect(read(line)).toMatchObject({ account })
  })

  it('accepts a stage or a test account for a deployed API', () => {
    const url = '--url https://auth.example.com'
    expect(read(`${url} --stage prod --cache-seconds 60 --origin https://app.example.com`)).toMatchObject({
      isLocal: false,
      stage: 'prod',
      cacheSeconds: 60,
      origin: 'https://app.example.com',
      mailbox: undefined,
    })
    const account = { email: 'a@example.com', password: 'secret' }
    expect(read(`${url} --email a@example.com --password secret`)).toMatchObject({ account })
    expect(read(`${url} --email a@example.com`, { SMOKE_PASSWORD: 'secret' })).toMatchObject({ account })
    expect(read(`${url} --stage prod`, { SMOKE_PASSWORD: 'secret' })?.account).toBeUndefined()
  })

  it('treats an empty SMOKE_PASSWORD as missing', () => {
    const line = '--url https://auth.example.com --email a@example.com'
    expect(() => read(line, { SMOKE_PASSWORD: '' })).toThrow('A test account has both')
  })

  it('explains every option in its usage', () => {
    expect(Object.keys(options)).toHaveLength(7)
    for (const option of Object.keys(options)) expect(usage).toContain(`--${option} `)
  })

  it.each([
    ['', '--url'],
    ['--url', '--url'],
    ['--url auth.example.com', '--url must be'],
    ['--url http://auth.example.com --stage prod', '--url must be'],
    ['--url https://auth.example.com', '--stage'],
    ['--url https://auth.example.com --email a@example.com', '--password'],
    ['--url https://auth.example.com --password secret', '--email'],
    ['--url https://auth.example.com --email a@example.com --password secret --stage prod', 'no --stage'],
    ['--url http://localhost:3000 --origin https://app.example.com/', '--origin'],
    ['--url http://localhost:3000 --cache-seconds soon', '--cache-seconds'],
    ['--url http://localhost:3000 --tokens', '--tokens'],
    ['--url http://localhost:3000 more', 'more'],
    ['--url https://auth.example.com --stage prod-eu', 'A stage is named'],
  ])('is refused with one sentence that repeats no password: %s', (line, named) => {
    const reading = () => read(line)
    expect(reading).toThrow(named)
    expect(reading).not.toThrow(/secret|\n/)
  })
})
