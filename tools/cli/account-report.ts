import type { Ports } from '../../lib/domain/ports.ts'
import type { Account } from '../../lib/domain/users.ts'

const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

/** The age in the largest unit of which it has at least one. */
export function ageOf(createdAt: string, now: number): string {
  const seconds = Math.max(0, now - Date.parse(createdAt) / 1000)
  const [unit, size] = units.find(([, size]) => seconds >= size) ?? (['second', 1] as const)
  const count = Math.floor(seconds / size)
  return `${count} ${unit}${count === 1 ? '' : 's'} old`
}

/** An account in one line: email, id, state, age and roles. */
export function describe({ email, id, roles, status, emailVerified, createdAt }: Account): string {
  const verified = emailVerified ? 'its email is verified' : 'its email was NEVER verified'
  const age = ageOf(createdAt, Date.now() / 1000)
  return `${email} (${id}) is ${status}, ${verified}, is ${age}, and has the roles ${roles.join(', ')}`
}

/** Prints what support needs to know about an account: no hash, token, device or client address. */
export async function show(
  { users, sessions, clock }: Pick<Ports, 'users' | 'sessions' | 'clock'>,
  account: Account,
): Promise<void> {
  const now = clock.now()
  const [open, former] = await Promise.all([
    sessions.list(account.id, now),
    users.formerEmail(account.id, now),
  ])
  const rows: [string, string][] = [
    ['email', `${account.email} (${account.emailVerified ? 'verified' : 'NEVER verified'})`],
    ['id', account.id],
    ['name', JSON.stringify(account.name)],
    ['status', account.status],
    ['roles', account.roles.join(', ')],
    ['signed up', `${account.createdAt}, ${ageOf(account.createdAt, now)}`],
    ['password', account.passwordHash === '' ? 'none: a reset by mail sets one' : 'set'],
    ['sessions', `${open.filter(({ sessionVersion }) => sessionVersion === account.sessionVersion).length}`],
    [
      'former email',
      former ? `${former.email}, until ${new Date(former.keptUntil * 1000).toISOString()}` : 'none',
    ],
  ]
  for (const [name, value] of rows) console.log(`${name.padEnd(13)} ${value}`)
}
