import type { ProviderSettings } from '../domain/provider-settings.ts'
import { apple } from './apple.ts'
import { github } from './github.ts'
import { google } from './google.ts'
import { microsoft } from './microsoft.ts'
import { oidc } from './oidc.ts'
import type { Claims, MakeProvider } from './provider.ts'

const settings: ProviderSettings = {
  name: 'acme',
  kind: 'oidc',
  label: 'Acme',
  clientId: 'client',
  issuer: 'https://acme.example',
  tenant: 'common',
  trustEmail: false,
}
const verified = (make: MakeProvider, claims: Claims, trustEmail = false) =>
  make({ ...settings, trustEmail }).verifiedEmail(claims)

/** Whether the email of these claims counts. */
describe.each<[string, MakeProvider, readonly (readonly [boolean, Claims])[]]>([
  [
    'Google',
    google,
    [
      [true, { email: 'ada@gmail.com', email_verified: true }],
      [true, { email: 'Ada@GMAIL.com', email_verified: true }],
      [true, { email: 'ada@work.example', email_verified: true, hd: 'work.example' }],
      [false, { email: 'ada@gmail.com', email_verified: false }],
      [false, { email: 'ada@gmail.com' }],
      [false, { email: 'ada@gmail.com', email_verified: 'true' }],
      [false, { email: 'ada@work.example', email_verified: true }],
      [false, { email: 'ada@work.example', email_verified: true, hd: '' }],
      [false, { email: 'ada@work.example', email_verified: true, hd: true }],
      [false, { email: 'ada@work.example', email_verified: false, hd: 'work.example' }],
      [false, { email: 'ada@evilgmail.com', email_verified: true }],
      [false, { email: 'ada@gmail.com.evil.example', email_verified: true }],
      [false, { email: ['ada@gmail.com'], email_verified: true }],
    ],
  ],
  [
    'Microsoft',
    microsoft,
    [
      [true, { email: 'ada@work.example', xms_edov: true }],
      [true, { email: 'ada@work.example', xms_edov: '1' }],
      [true, { email: 'ada@work.example', xms_edov: 'true' }],
      [true, { email: 'ada@work.example', xms_edov: 1 }],
      [false, { email: 'ada@work.example', xms_edov: false }],
      [false, { email: 'ada@work.example', xms_edov: '0' }],
      [false, { email: 'ada@work.example', xms_edov: 'false' }],
      [false, { email: 'ada@work.example' }],
      [false, { email: 'ada@work.example', email_verified: true }],
      [false, { email: 'ada@work.example', verified_primary_email: ['ada@work.example'] }],
    ],
  ],
  [
    'Apple',
    apple,
    [
      [true, { email: 'ada@example.com', email_verified: true }],
      [true, { email: 'ada@example.com', email_verified: 'true' }],
      [false, { email: 'ada@example.com', email_verified: 'false' }],
      [false, { email: 'ada@example.com', email_verified: false }],
      [false, { email: 'ada@example.com', email_verified: 1 }],
      [false, { email: 'ada@example.com' }],
    ],
  ],
  [
    'another issuer',
    oidc,
    [
      [false, { email: 'ada@example.com', email_verified: true }],
      [false, { email: 'ada@example.com' }],
    ],
  ],
])('the email of %s', (_, make, rows) => {
  it.each(rows)('counts: %s for %j', (counts, claims) => {
    expect(verified(make, claims)).toEqual(counts ? claims.email : undefined)
  })
})

it('the email of an issuer that the deployment trusts counts, if it says that it is verified', () => {
  expect(verified(oidc, { email: 'ada@example.com', email_verified: true }, true)).toBe('ada@example.com')
  expect(verified(oidc, { email: 'ada@example.com', email_verified: 'true' }, true)).toBeUndefined()
  expect(verified(oidc, { email: 'ada@example.com' }, true)).toBeUndefined()
})

describe('the email of GitHub', () => {
  const person = (emails: unknown, status = 200, user: unknown = { id: 7, login: 'ada' }) =>
    github({ ...settings, issuer: undefined }).person(async (url) =>
      url.startsWith('https://api.github.com/user/emails')
        ? Response.json(emails, { status })
        : Response.json(user),
    )
  const email = (change: object) => ({ email: 'ada@example.com', primary: true, verified: true, ...change })

  it('is the primary one, verified, and receives mail', async () => {
    const other = email({ email: 'other@example.com', primary: false })
    const ada = { issuer: 'https://github.com', subject: '7', accountNames: ['ada'] }
    expect(await person([other, email({})])).toEqual({ ...ada, email: 'ada@example.com' })
    for (const emails of [
      [],
      [other],
      [email({ verified: false }), other],
      [email({ email: '7+ada@users.noreply.github.com' })],
      [email({ email: '7+ada@Users.NoReply.GitHub.com' })],
      [email({ verified: 'true' })],
      [email({ email: null })],
      [null, 7, 'ada@example.com'],
    ])
      expect(await person(emails)).toEqual({ ...ada, email: undefined })
  })

  it('is missing if the app may not read it', async () => {
    for (const status of [403, 404]) expect((await person({}, status)).email).toBeUndefined()
    await expect(person({}, 401)).rejects.toMatchObject({ code: 'provider_error', reason: 'status' })
    await expect(person({}, 502)).rejects.toMatchObject({ code: 'provider_unavailable', reason: 'status' })
    await expect(person({})).rejects.toMatchObject({ code: 'provider_error', reason: 'userinfo' })
  })

  it.each([{ login: 'ada' }, { id: '7' }, { id: 0 }, { id: -7 }, { id: 1.5 }, { id: 2 ** 53 }, null, []])(
    'is of nobody if the account has no number: %j',
    async (user) => {
      await expect(person([email({})], 200, user)).rejects.toMatchObject({ reason: 'sub' })
    },
  )
})
