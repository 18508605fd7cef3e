import type { Seconds } from './lifetimes.ts'

/** What a user may be allowed to do. A deployer adds a role here and names it in contracts. */
export const roles = ['user', 'admin'] as const
export type Role = (typeof roles)[number]

export const statuses = ['active', 'disabled'] as const

/** The user as everyone may see it. `createdAt` is an ISO 8601 instant in UTC. */
export interface User {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly roles: readonly Role[]
  readonly emailVerified: boolean
  readonly createdAt: string
}

/** Whether the account counts among those who can undo what others did. */
export const isActiveAdministrator = ({ roles, status }: Pick<Account, 'roles' | 'status'>): boolean =>
  status === 'active' && roles.includes('admin')

/** The place of a user in the order of sign-ups; unique. */
export const positionOf = ({ createdAt, id }: Pick<User, 'createdAt' | 'id'>): string => `${createdAt}#${id}`

/** The user as administrators see it. */
export interface ListedUser extends User {
  readonly status: (typeof statuses)[number]
}

/** The user as it is stored. The two numbers only ever grow, each under a condition on the value read. */
export interface Account extends ListedUser {
  /** Empty where no password opens the account. */
  readonly passwordHash: string
  /** In every access token: an older one is refused. */
  readonly claimsVersion: number
  /** In every session: one of another sessionVersion has ended. */
  readonly sessionVersion: number
  /** Where the user has logged in from, newest first, as `deviceOf` writes it. */
  readonly devices: readonly string[]
  /** When TTL takes an account whose email nobody confirms; readers treat it as gone from that second on. */
  readonly keptUntil?: Seconds | undefined
}

/** Anybody may have opened it: its email was never proven, and no operator has given it a role. */
export const isUnproven = ({ emailVerified, roles }: Pick<Account, 'emailVerified' | 'roles'>): boolean =>
  !emailVerified && roles.every((role) => role === 'user')

/** The account has reached its end, whether TTL has taken it yet or not. */
export const isExpired = (account: Account, now: Seconds): boolean =>
  account.keptUntil !== undefined && account.keptUntil <= now && isUnproven(account)

/** What of an account is changed together with its claims; `endsSessions` moves the sessionVersion too. */
export interface AccountFields
  extends Partial<
    Pick<Account, 'roles' | 'status' | 'name' | 'passwordHash' | 'email' | 'emailVerified' | 'devices'>
  > {
  readonly endsSessions: boolean
}

/** The account after a change that outdates its claims; one that is proven, or given a role, has no end any more. */
export function changedBy(account: Account, { endsSessions, ...fields }: AccountFields): Account {
  const { keptUntil, ...changed } = {
    ...account,
    ...fields,
    claimsVersion: account.claimsVersion + 1,
    sessionVersion: account.sessionVersion + (endsSessions ? 1 : 0),
  }
  return keptUntil !== undefined && isUnproven(changed) ? { ...changed, keptUntil } : changed
}
