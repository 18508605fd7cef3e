import type { EmailTemplate } from '../../lib/domain/email-templates.ts'
import type { UserStore } from '../../lib/domain/ports.ts'
import { type Account, type Role, roles } from '../../lib/domain/users.ts'
import type { Gateway, TestAnswer } from './gateway.ts'
import type { TestServices } from './test-services.ts'

export const ada = { email: 'ada@example.com', password: 'correct horse battery', name: 'Ada Lovelace' }
export const eve = { email: 'eve@example.com', password: 'correct horse battery', name: 'Eve Polastri' }
/** An allowed origin. */
export const fromApp = { origin: 'https://app.example.com', 'sec-fetch-site': 'same-site' }

/** A user with an account. The session of the sign-up is ended: each test logs in as it needs. */
export async function signedUp(api: Gateway, person = ada): Promise<TestAnswer> {
  const answer = await api('POST /auth/signup', { body: { ...person, transport: 'body' } })
  if (answer.status !== 201) throw new Error(`Sign-up was answered ${answer.status}`)
  await api('POST /auth/logout', { body: { refreshToken: answer.body.refreshToken } })
  return answer
}

export const logIn = (api: Gateway, transport: 'cookie' | 'body' = 'body', { email, password } = ada) =>
  api('POST /auth/login', { body: { email, password, transport } })

/** The `name=value` that a browser would send back. */
export const cookieOf = ({ cookies }: TestAnswer): string => cookies[0]?.split(';')[0] ?? ''

export const bearer = ({ body }: TestAnswer) => ({ authorization: `Bearer ${body.accessToken}` })

/** The session that a login opened, read from its refresh token. */
export const sessionIdOf = ({ body }: TestAnswer): string =>
  JSON.parse(Buffer.from(body.refreshToken.split('.')[1], 'base64url').toString()).sid

/** Adds roles through storage, as the command line does for the first administrator. */
export async function withRoles(
  users: UserStore,
  userId: string,
  given: readonly Role[] = roles,
): Promise<Account> {
  const account = await users.findById(userId)
  const changed =
    account && (await users.change(account, { roles: given, endsSessions: false, deniedUntil: 0 }))
  if (!changed || typeof changed === 'string') throw new Error(`The roles were not changed: ${changed}`)
  return changed
}

/** An administrator who has signed up and logged in. */
export async function administrator(api: Gateway, { users }: Pick<TestServices, 'users'>, person = ada) {
  const { id } = (await signedUp(api, person)).body.user as { id: string }
  await withRoles(users, id)
  return { id, login: await logIn(api, 'body', person) }
}

/** The last email of a kind to an address. */
export function mailTo<K extends EmailTemplate['kind']>(
  { mailbox }: Pick<TestServices, 'mailbox'>,
  to: string,
  kind: K,
): Extract<EmailTemplate, { kind: K }> {
  const found = mailbox.findLast((mail) => mail.to === to && mail.template.kind === kind)?.template
  if (!found)
    throw new Error(`${to} was sent no ${kind}, but ${mailbox.map(({ template }) => template.kind)}`)
  return found as Extract<EmailTemplate, { kind: K }>
}
