import type { Seconds } from './lifetimes.ts'
import type { Locale } from './locales.ts'

/** The roles. A deployer adds a role here and names it in contracts. */
export const roles = ['user', 'admin'] as const
export type Role = (typeof roles)[number]

export const statuses = ['active', 'disabled'] as const

interface Identity {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly roles: readonly Role[]
  readonly emailVerified: boolean
  /** An ISO 8601 instant in UTC. */
  readonly createdAt: string
}

/** The public fields of a user. */
export interface User extends Identity {
  /** The language of the user's mails. */
  readonly locale: Locale
}

/** Whether the account is an active administrator. */
export const isActiveAdministrator = ({ roles, status }: Pick<Account, 'roles' | 'status'>): boolean =>
  status === 'active' && roles.includes('admin')

/** The unique position of a user in the order of sign-ups. */
export const positionOf = ({ createdAt, id }: Pick<User, 'createdAt' | 'id'>): string => `${createdAt}#${id}`

/** The fields of a user that administrators see: those in the index of users, which cannot be changed later. */
export interface ListedUser extends Identity {
  readonly status: (typeof statuses)[number]
}

/** The second factors that an account has. Written in the transaction that adds or removes one. */
export interface Factors {
  readonly totp: boolean
  /** The number of passkeys. */
  readonly passkeys: number
}
export const noFactors: Factors = { totp: false, passkeys: 0 }

/** The stored user. Both versions only grow. Each write of them is conditioned on the value that was read. */
export interface Account extends User, ListedUser {
  /** Empty if the password is disabled. */
  readonly passwordHash: string
  /** Part of every access token: a token of an older version is refused. */
  readonly claimsVersion: number
  /** Part of every session: a session of another version has ended. */
  readonly sessionVersion: number
  /** The devices that the user has logged in from, newest first, as `deviceOf` returns them. */
  readonly devices: readonly string[]
  readonly factors: Factors
  /** The number of linked provider accounts. Written in the transaction that links or unlinks one. */
  readonly identities: number
  /** When TTL removes an unverified account. Readers treat it as deleted from that second on. */
  readonly keptUntil?: Seconds | undefined
}

/** A stranger may have created it: its email was never verified, and no administrator has given it a role. */
export const isUnproven = ({ emailVerified, roles }: Pick<Account, 'emailVerified' | 'roles'>): boolean =>
  !emailVerified && roles.every((role) => role === 'user')

/** Whether the account has expired, even if TTL has not removed it yet. */
export const isExpired = (account: Account, now: Seconds): boolean =>
  account.keptUntil !== undefined && account.keptUntil <= now && isUnproven(account)

/** The fields that are changed together with the claims version; `endsSessions` increments the session version too. */
export interface AccountFields
  extends Partial<
    Pick<
      Account,
      | 'roles'
      | 'status'
      | 'name'
      | 'locale'
      | 'passwordHash'
      | 'email'
      | 'emailVerified'
      | 'devices'
      | 'factors'
      | 'identities'
    >
  > {
  readonly endsSessions: boolean
}

/** The account after a change that outdates its claims. The expiry is removed once its email is verified or it has a role. */
export function changedBy(account: Account, { endsSessions, ...fields }: AccountFields): Account {
  const { keptUntil, ...changed } = {
    ...account,
    ...fields,
    claimsVersion: account.claimsVersion + 1,
    sessionVersion: account.sessionVersion + (endsSessions ? 1 : 0),
  }
  return keptUntil !== undefined && isUnproven(changed) ? { ...changed, keptUntil } : changed
}
