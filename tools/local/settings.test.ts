import { linkBaseUrlOf, settings } from '../../lib/config.ts'
import { limits } from '../../lib/domain/limits.ts'
import { deploySettings } from '../deploy/settings.ts'
import { checked, localEnv, unknownNames } from './settings.ts'

const local = (given: Record<string, string> = {}) => checked(localEnv(given))

describe('the settings of npm start', () => {
  it('need no input, and have an address and a sender of their own', () => {
    expect(local()).toMatchObject({
      issuer: 'http://localhost:3000',
      linkBaseUrl: undefined,
      mailFrom: 'no-reply@example.com',
    })
    expect(local({ PORT: '4000' })).toMatchObject({ issuer: 'http://localhost:4000' })
  })

  it('ask nobody for a second factor, unless one is set', () => {
    expect(local()).toMatchObject({ secondFactorFor: 'none' })
    expect(local({ SECOND_FACTOR_FOR: 'all' })).toMatchObject({ secondFactorFor: 'all' })
    expect(() => local({ SECOND_FACTOR_FOR: 'users' })).toThrow('SECOND_FACTOR_FOR')
  })

  it('let mails link to the ready-made pages, also where a front end is allowed', () => {
    expect(linkBaseUrlOf(local({ ALLOWED_ORIGINS: 'http://localhost:5173' }))).toBe(
      'http://localhost:3000/ui',
    )
  })

  it('keep the given ones', () => {
    const given = {
      ISSUER: 'http://127.0.0.1:3000',
      LINK_BASE_URL: 'https://a.example',
      MAIL_FROM: 'a@b.example',
    }
    expect(local(given)).toMatchObject({
      issuer: given.ISSUER,
      linkBaseUrl: given.LINK_BASE_URL,
      mailFrom: given.MAIL_FROM,
    })
  })

  it('have limits that no front-end test reaches, unless one is set; the limits of an account stay', () => {
    const config = local({ SIGNUP_PER_IP: '10/3600' })
    expect(config.signupPerIp).toEqual({ most: 10, seconds: 3600 })
    const narrow = Object.keys(limits).filter((name) => config[name as keyof typeof limits].most < 100_000)
    expect(narrow.sort()).toEqual(['codeTries', 'loginFailures', 'signupPerIp'])
    for (const name of ['codeTries', 'loginFailures'] as const)
      expect(limits[name]).toMatchObject(config[name])
  })

  it('that are wrong are named, one per line, and not quoted', () => {
    const wrong = { BCRYPT_COST: 'hunter2', ALLOWED_ORIGINS: 'http://localhost:5173/', MAILBOX_PORT: '3000' }
    const lines = [
      'ALLOWED_ORIGINS must [^\n]*',
      'BCRYPT_COST must [^\n]*',
      'PORT and MAILBOX_PORT must differ',
    ]
    expect(() => local(wrong)).toThrow(
      new RegExp(`^${['Wrong settings, in .env or the shell:', ...lines].join('\n  ')}$`),
    )
    expect(() => local(wrong)).not.toThrow(/hunter2/)
  })
})

describe('the providers of npm start', () => {
  const acme = { PROVIDERS: 'acme', ACME_CLIENT_ID: 'cardea' }

  it('may be on this machine', () => {
    expect(local({ ...acme, ACME_ISSUER: 'http://127.0.0.1:9000' })).toMatchObject({
      providerNames: ['acme'],
    })
  })

  it('that lack a setting are named', () => {
    expect(() => local({ PROVIDERS: 'google,acme' })).toThrow(
      'Wrong settings, in .env or the shell:\n  GOOGLE_CLIENT_ID must be set\n  ACME_CLIENT_ID must be set\n  ACME_ISSUER must be set',
    )
  })

  it('are none by default', () => {
    expect(local()).toMatchObject({ providerNames: [], socialRedirects: [] })
  })
})

describe('a name in .env', () => {
  it('that is no setting is named in one line, and not its value', () => {
    const env = { PRODUCT_NAME: 'Acme', PRODUCT_NAMES: 'hunter2', BCRYPT_COSTS: '12', AWS_PROFILE: 'acme' }
    expect(unknownNames(env)).toBe(
      'In .env, these names are no settings and have no effect: PRODUCT_NAMES, BCRYPT_COSTS. See .env.example',
    )
  })

  it('is known if it is any setting, of a deployment too', () => {
    const rows = Object.values({ ...settings, ...deploySettings })
    expect(unknownNames(Object.fromEntries(rows.map(({ env }) => [env, 'x'])))).toBeUndefined()
  })

  it('is known if it is a setting of a provider in PROVIDERS', () => {
    const env = { OKTA_CLIENT_ID: 'x', OKTA_ISSUER: 'x' }
    expect(unknownNames({ ...env, PROVIDERS: 'okta' })).toBeUndefined()
    expect(unknownNames(env)).toContain('OKTA_CLIENT_ID, OKTA_ISSUER')
  })
})
