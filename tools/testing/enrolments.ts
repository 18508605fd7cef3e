import type { Gateway, TestAnswer } from './gateway.ts'
import type { TestServices } from './test-services.ts'
import { ada, bearer, logIn } from './test-users.ts'
import { totpCode } from './totp-codes.ts'

/** An account with an authenticator app, and its caller's tokens. */
export interface Enrolled {
  readonly login: TestAnswer
  readonly secret: string
  readonly recoveryCodes: readonly string[]
  /** The code of the next time step, because each is accepted once. */
  code(): string
}

/** Enrols an authenticator app for the user of a login, whose email is verified. */
export async function enrolTotp(
  api: Gateway,
  { clock }: Pick<TestServices, 'clock'>,
  login: TestAnswer,
): Promise<Enrolled> {
  const headers = bearer(login)
  const { secret } = (await api('POST /users/me/totp', { headers })).body
  const body = { code: totpCode(secret, clock.now()), transport: 'body' }
  const confirmed = await api('POST /users/me/totp/confirm', { headers, body })
  if (confirmed.status !== 200) throw new Error(`The enrolment was answered ${confirmed.status}`)
  const code = () => {
    clock.advance(30)
    return totpCode(secret, clock.now())
  }
  return { login: confirmed, secret, recoveryCodes: confirmed.body.recoveryCodes ?? [], code }
}

/** Verifies the email of a user who has signed up, through storage, and enrols an authenticator app. */
export async function withTotp(
  api: Gateway,
  services: Pick<TestServices, 'clock' | 'users'>,
  person = ada,
): Promise<Enrolled> {
  const account = await services.users.findByEmail(person.email)
  if (!account) throw new Error(`${person.email} has no account`)
  if (!account.emailVerified)
    await services.users.change(account, { emailVerified: true, endsSessions: false, deniedUntil: 0 })
  return enrolTotp(api, services, await logIn(api, 'body', person))
}
