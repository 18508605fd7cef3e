import * as z from 'zod/mini'
import { email as emailField } from '../../lib/contract/fields.ts'
import type { Identity } from '../../lib/domain/social-ports.ts'
import type { Account } from '../../lib/domain/users.ts'
import { UsageError } from './command.ts'
import type { StagePorts } from './stage-stores.ts'

/**
 * Finds an account by its id or email. With `alsoFormer` it also finds an account by its former email while the change can
 * be undone: the owner of a stolen account knows only this one.
 */
export async function accountOf(
  { users, clock }: StagePorts,
  named: string,
  alsoFormer: boolean,
): Promise<Account> {
  const isId = z.safeParse(z.uuid(), named).success
  const { data: email } = z.safeParse(emailField, named)
  if (!isId && email === undefined) throw new UsageError(`"${named}" is neither an id nor an email`)
  const account = await (isId ? users.findById(named.toLowerCase()) : users.findByEmail(String(email)))
  if (account) return account
  const before = alsoFormer && email !== undefined && (await users.findById(await users.ownerOf(email)))
  if (before && (await users.formerEmail(before.id, clock.now()))?.email === email) return before
  throw new Error(`No account has this ${isId ? 'id' : 'email'}`)
}

const units = { day: 86_400, hour: 3600, minute: 60, second: 1 }

/** The age in the largest unit of which it has at least one. */
function ageOf({ createdAt }: Account): string {
  const seconds = Math.max(0, (Date.now() - Date.parse(createdAt)) / 1000)
  const [unit, size] = Object.entries(units).find(([, size]) => seconds >= size) ?? ['second', 1]
  const count = Math.floor(seconds / size)
  return `${count} ${unit}${count === 1 ? '' : 's'} old`
}

/** An account in one line: email, id, state, age and roles. */
export function describe(account: Account): string {
  const { email, id, roles, status, emailVerified } = account
  const verified = emailVerified ? 'its email is verified' : 'its email was NEVER verified'
  return `${email} (${id}) is ${status}, ${verified}, is ${ageOf(account)}, and has the roles ${roles.join(', ')}`
}

const describeFactors = ({ factors: { totp, passkeys } }: Account) =>
  [
    ...(totp ? ['TOTP'] : []),
    ...(passkeys > 0 ? [`${passkeys} passkey${passkeys === 1 ? '' : 's'}`] : []),
  ].join(', ') || 'none'

/** The owner of a provider account chose its name, so the name is quoted. */
const describeIdentity = ({ provider, accountName }: Identity) =>
  accountName === undefined ? provider : `${provider} ${JSON.stringify(accountName)}`

/** Prints what support needs to know about an account: no hash, token, device or client address. */
export async function show(
  { users, sessions, identities, clock }: StagePorts,
  account: Account,
): Promise<void> {
  const now = clock.now()
  const [all, linked, former] = await Promise.all([
    sessions.list(account.id, now),
    identities.list(account.id),
    users.formerEmail(account.id, now),
  ])
  const open = all.filter(({ sessionVersion }) => sessionVersion === account.sessionVersion)
  const until = former && new Date(former.keptUntil * 1000).toISOString()
  const rows = {
    email: `${account.email} (${account.emailVerified ? 'verified' : 'NEVER verified'})`,
    id: account.id,
    name: JSON.stringify(account.name),
    status: account.status,
    roles: account.roles.join(', '),
    factors: describeFactors(account),
    'signed up': `${account.createdAt}, ${ageOf(account)}`,
    password: account.passwordHash === '' ? 'none: a reset by mail sets one' : 'set',
    identities: linked.map(describeIdentity).join(', ') || 'none',
    sessions: open.length,
    'former email': former ? `${former.email}, until ${until}` : 'none',
  }
  for (const [name, value] of Object.entries(rows)) console.log(`${name.padEnd(13)} ${value}`)
}
