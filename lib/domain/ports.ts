/** Every port in one file: what the rules ask of the outside is read top to bottom, as a page. */

import type { SecurityEvents } from './events.ts'
import type { Lifetimes, Seconds } from './lifetimes.ts'
import type { Account, AccountFields, ListedUser, Role } from './users.ts'

export interface Clock {
  now(): Seconds
}

/** Where a request came from: the user agent cut at 256 characters, and the address that the gateway saw. */
export interface Client {
  readonly userAgent: string
  readonly ip: string
}

export interface AccountChange extends AccountFields {
  readonly deniedUntil: Seconds
  /** In the same transaction, the caller's session gives way to a new one, of the new epoch. */
  readonly replaces?: { readonly sessionId: string; readonly by: Session }
  /** Another user who does this: it holds only if that user's claims have not moved either. */
  readonly by?: Actor | undefined
}
export interface Actor {
  readonly userId: string
  readonly claimsVersion: number
}
/** Why a change did not hold; `accounts.ts` says what the caller is told. */
export type NotChanged = 'changed_meanwhile' | 'caller_outdated' | 'last_administrator'
export type Changed = Account | NotChanged

/** Where a page begins: a place in the order, not a key. */
export interface UserPage {
  readonly limit: number
  readonly order: 'asc' | 'desc'
  readonly after?: string | undefined
}
export interface UserStore {
  /** Stores the account and claims its e-mail, both or neither. */
  create(account: Account): Promise<'created' | 'email_taken'>
  /** Costs the same two reads whether the e-mail is known or not. */
  findByEmail(email: string): Promise<Account | undefined>
  findById(userId: string): Promise<Account | undefined>
  /** `undefined` if there is no such account. */
  rename(userId: string, name: string): Promise<Account | undefined>
  /**
   * Makes a change that outdates the user's claims: one transaction moves `claimsVersion`, and `epoch` if sessions are to
   * end, and puts the older claims on the denylist until `deniedUntil`. Holds only if nothing moved since `account` was read.
   */
  change(account: Account, change: AccountChange): Promise<Changed>
  /** Deletes account, e-mail claim and every claim, in one transaction; sessions are for `forgetBefore`. */
  remove(account: Account, change: Pick<AccountChange, 'deniedUntil' | 'by'>): Promise<'removed' | NotChanged>
  /** A page of accounts by when they were created, from behind `after` on, read from an index that lags by moments. */
  list(page: UserPage): Promise<{ readonly users: readonly ListedUser[]; readonly more: boolean }>
  /** The ids of the active administrators. */
  administrators(): Promise<readonly string[]>
  /** Writes only if the hash is still the one that was read. */
  replacePasswordHash(userId: string, from: string, to: string): Promise<'replaced' | 'changed_meanwhile'>
}

/** One login of one client: a family of refresh tokens of which only the newest generation counts. */
export interface Session extends Client {
  readonly id: string
  readonly userId: string
  readonly epoch: number
  readonly generation: number
  readonly createdAt: Seconds
  readonly lastUsedAt: Seconds
  readonly idleExpiresAt: Seconds
  /** The absolute end. */
  readonly expiresAt: Seconds
  readonly rotatedAt: Seconds
  /** The request that made the current generation. */
  readonly rotatedBy: string
  readonly amr: readonly string[]
}

export interface Rotation {
  readonly userId: string
  readonly sessionId: string
  readonly generation: number
  readonly now: Seconds
  readonly idleExpiresAt: Seconds
  readonly rotatedBy: string
}

export interface SessionStore {
  /** Refuses to overwrite: a session id is used once. */
  open(session: Session): Promise<void>
  /** Moves to the next generation if the presented one is current and the session alive; else says what is there. */
  rotate(rotation: Rotation): Promise<{ readonly rotated: boolean; readonly session: Session | undefined }>
  /** What decides whether a session may go on, read consistently. */
  standing(
    userId: string,
    sessionId: string,
  ): Promise<{ readonly account: Account | undefined; readonly revoked: boolean }>
  /** Puts the family on the denylist, then deletes the session; it may be gone, or revoked, already. */
  revoke(session: { userId: string; sessionId: string; deniedUntil: Seconds }): Promise<void>
  /** Every session of a user that has not expired at `now`, the one last used first. */
  list(userId: string, now: Seconds): Promise<readonly Session[]>
  /** Deletes the session items of a user that are of an epoch before this one, and so dead. */
  forgetBefore(userId: string, epoch: number): Promise<void>
}

/** Who an access token speaks for. */
export interface AccessTokenSubject {
  readonly userId: string
  readonly sessionId: string
  readonly roles: readonly string[]
  readonly claimsVersion: number
}

export interface Denylist {
  /** Whether the session or this version of the user's claims was revoked, read consistently. */
  denies(subject: AccessTokenSubject): Promise<boolean>
}

export interface AccessTokenIssuer {
  /** `authTime` is when the user last proved who they are, `amr` how (RFC 8176). */
  issue(token: {
    readonly userId: string
    readonly sessionId: string
    readonly roles: readonly Role[]
    readonly claimsVersion: number
    readonly authTime: Seconds
    readonly amr: readonly string[]
    readonly issuedAt: Seconds
    readonly expiresAt: Seconds
  }): Promise<string>
}

export interface AccessTokenVerifier {
  /** `undefined` for whatever is wrong with the token; throws only if there is no key to judge with. */
  verify(token: string, now: Seconds): Promise<AccessTokenSubject | undefined>
}

/** What a refresh token says. `expiresAt` is its family's absolute end. */
export interface RefreshTokenClaims {
  readonly userId: string
  readonly sessionId: string
  readonly generation: number
  readonly expiresAt: Seconds
}

export interface RefreshTokens {
  issue(claims: RefreshTokenClaims, now: Seconds): Promise<string>
  verify(token: string, now: Seconds): Promise<RefreshTokenClaims | undefined>
}

export interface PasswordHasher {
  hash(password: string): Promise<string>
  /** Takes the same time for `undefined` (no such account) as for a wrong password. */
  compare(password: string, passwordHash: string | undefined): Promise<boolean>
  /** A hash by today's scheme, pepper and cost, of a password that matches one of yesterday's; else `undefined`. */
  renew(password: string, passwordHash: string): Promise<string | undefined>
}

/** Places in a listing, sealed for the one who was given them. */
export interface Cursors {
  seal(position: string, order: UserPage['order'], userId: string, now: Seconds): Promise<string>
  /** `undefined` if it is not ours, not theirs, of another order, or a day old. */
  open(cursor: string, order: UserPage['order'], userId: string, now: Seconds): Promise<string | undefined>
}

/** Everything outside that the rules use. A rule names the few that it needs. */
export interface Ports {
  readonly clock: Clock
  readonly lifetimes: Lifetimes
  readonly events: SecurityEvents
  readonly users: UserStore
  readonly sessions: SessionStore
  readonly denylist: Denylist
  readonly passwords: PasswordHasher
  readonly accessTokenIssuer: AccessTokenIssuer
  readonly accessTokenVerifier: AccessTokenVerifier
  readonly refreshTokens: RefreshTokens
  readonly cursors: Cursors
}
