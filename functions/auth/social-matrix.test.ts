import type { ProviderIdentity } from '../../lib/domain/social-ports.ts'
import { enrolTotp } from '../../tools/testing/enrolments.ts'
import { gateway } from '../../tools/testing/gateway.ts'
import { withIdentity } from '../../tools/testing/identities.ts'
import { googleOf, logInWith } from '../../tools/testing/social-logins.ts'
import { testServices } from '../../tools/testing/test-services.ts'
import { ada, eve, logIn, signedUp } from '../../tools/testing/test-users.ts'

/** What the account of the email is when the person comes from the provider. */
type Local = 'none' | 'unconfirmed' | 'confirmed' | 'disabled' | 'with second factor'
/**
 * What the provider says about the email. `changed`: the identity is linked to the account already, and the provider has another
 * verified email for it now. An unverified email counts as none, so the providers of `lib/social` leave it out.
 */
type Email = 'verified' | 'unverified or missing' | 'changed'

const google = googleOf(ada)
const emails: Readonly<Record<Email, ProviderIdentity>> = {
  verified: google,
  'unverified or missing': { ...google, email: undefined },
  changed: { ...google, email: 'new@example.com' },
}

/** `session`: in the account of the email. `new account`: in one that was created. Everything else is the refusal. */
const matrix: Readonly<Record<Local, Readonly<Record<Email, string>>>> = {
  // The identity is that of an account with the email from before.
  none: { verified: 'new account', 'unverified or missing': 'email_required', changed: 'session' },
  unconfirmed: {
    verified: 'session after takeover',
    'unverified or missing': 'email_required',
    changed: 'session',
  },
  confirmed: { verified: 'link_required', 'unverified or missing': 'email_required', changed: 'session' },
  disabled: {
    verified: 'account_disabled',
    'unverified or missing': 'email_required',
    changed: 'account_disabled',
  },
  'with second factor': {
    verified: 'link_required',
    'unverified or missing': 'email_required',
    changed: 'second_factor_required',
  },
}
const cells = Object.entries(matrix).flatMap(([local, row]) =>
  Object.entries(row).map(([email, outcome]) => [local as Local, email as Email, outcome] as const),
)

describe('the matrix of docs/security.md', () => {
  it.each(cells)('local account: %s, the provider’s email: %s -> %s', async (local, email, outcome) => {
    const services = testServices()
    const api = gateway(services)
    let id: string | undefined
    if (local !== 'none' || email === 'changed') {
      id = (await signedUp(api, local === 'none' ? eve : ada)).body.user.id as string
      const change = async (fields: object) => {
        const account = await services.users.findById(id ?? '')
        if (account) await services.users.change(account, { ...fields, endsSessions: false, deniedUntil: 0 })
      }
      if (local !== 'none' && local !== 'unconfirmed') await change({ emailVerified: true })
      if (local === 'with second factor') await enrolTotp(api, services, await logIn(api))
      // A linked identity confirms the account: so the row `unconfirmed` has no such cell of its own.
      if (email === 'changed') await withIdentity(services, id, google)
      if (local === 'disabled') await change({ status: 'disabled' })
    }
    const before = id && (await services.users.findById(id))

    const { status, body } = await logInWith(api, services, emails[email])
    const after = id && (await services.users.findById(id))
    if (status !== 200) {
      expect(body.code).toBe(outcome)
      expect(after).toEqual(before)
      expect(services.tables.identities.size).toBe(email === 'changed' && id ? 1 : 0)
      return
    }
    expect(outcome).toBe(
      body.user.id !== id
        ? 'new account'
        : before !== after && !isLinked(before)
          ? 'session after takeover'
          : 'session',
    )
    expect(body.user.emailVerified).toBe(true)
    // A later email of the provider changes nothing here.
    if (email === 'changed' && id) expect(after).toEqual(before)
    if (outcome === 'session after takeover') expect(after).toMatchObject({ passwordHash: '', identities: 1 })
  })
})

const isLinked = (account: unknown) => ((account ?? {}) as { identities?: number }).identities === 1
