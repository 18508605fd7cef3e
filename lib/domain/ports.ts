/** Every port in one file: what the rules ask of the outside is read top to bottom, as a page. */

import type { Purpose } from './code-purposes.ts'
import type { EmailJob } from './email-jobs.ts'
import type { EmailTemplate } from './email-templates.ts'
import type { SecurityEvents } from './events.ts'
import type { Lifetimes, Seconds } from './lifetimes.ts'
import type { LimitName, Limits } from './limits.ts'
import type { Policy } from './policy.ts'
import type { Principal } from './principal.ts'
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
  /** In the same transaction, the caller's session gives way to a new one, of the new sessionVersion. */
  readonly replaces?: { readonly sessionId: string; readonly by: Session }
  /** Spends this code, or nothing is changed. */
  readonly redeems?: OneTimeCode
  /** With another `email`: whether the old one is kept for a while, or the new one is the one that was. */
  readonly emailMove?: {
    readonly now: Seconds
    readonly keeps?: FormerEmail | undefined
    readonly restores?: FormerEmail
    /** The unconfirmed account that has the new one, as it was read: it is removed, with its claims denied. */
    readonly takesFrom?: Account
  }
  /** Another user who does this: it holds only if that user's claims have not moved either. */
  readonly by?: Pick<Principal, 'userId' | 'claimsVersion'> | undefined
}
/** Why a change did not hold; `accounts.ts` says what the caller is told. */
export type NotChanged =
  | 'version_conflict'
  | 'principal_outdated'
  | 'last_administrator'
  | 'email_taken'
  | 'email_changed_recently'
type Changed = Account | NotChanged

/** Where a page begins: a place in the order, not a key. */
export interface UserPage {
  readonly limit: number
  readonly order: 'asc' | 'desc'
  readonly after?: string | undefined
}
export interface UserStore {
  // An account past its `keptUntil` is found by no reader.

  /** Stores the account and claims its email, both or neither. At `now`, as a former email is kept for a time alone. */
  create(account: Account, now: Seconds): Promise<'created' | 'email_taken'>
  /** Costs the same two reads whether the email is known or not. */
  findByEmail(email: string): Promise<Account | undefined>
  /**
   * The first of these reads: the id of the user who has the email, or may take it back, or one that
   * no user has. The account has the last word.
   */
  ownerOf(email: string): Promise<string>
  findById(userId: string): Promise<Account | undefined>
  /** `undefined` if there is no such account. */
  rename(userId: string, name: string): Promise<Account | undefined>
  /**
   * Makes a change that outdates the user's claims: one transaction moves `claimsVersion`, and `sessionVersion` if sessions are to
   * end, and puts the older claims on the denylist until `deniedUntil`. Holds only if nothing moved since `account` was read.
   */
  change(account: Account, change: AccountChange): Promise<Changed>
  /**
   * Deletes account, email claim and every claim, in one transaction; sessions are for `forgetBefore`. Says which former
   * email was still kept.
   */
  remove(
    account: Account,
    change: Pick<AccountChange, 'deniedUntil' | 'by'> & { readonly now: Seconds },
  ): Promise<{ readonly former: FormerEmail | undefined } | NotChanged>
  /** The email that the user had before, while the change can be undone. */
  formerEmail(userId: string, now: Seconds): Promise<FormerEmail | undefined>
  /** Takes the end off an account that nobody confirmed; `false` if it is gone. */
  endExpiry(account: Account): Promise<boolean>
  /** The devices that the user is known to log in from; only in the sessionVersion in which that was found out. */
  rememberDevices(userId: string, devices: readonly string[], sessionVersion: number): Promise<void>
  /**
   * A page of accounts by when they were created, from behind `after` on, read from an index that lags by moments.
   * `behind` is where the next page begins, if there is one; a page may be short, or empty, before the last.
   */
  list(
    page: UserPage,
  ): Promise<{ readonly users: readonly ListedUser[]; readonly behind: string | undefined }>
  /** The ids of the active administrators. */
  administrators(): Promise<readonly string[]>
  /** Writes only if the hash is still the one that was read. */
  replacePasswordHash(userId: string, from: string, to: string): Promise<'replaced' | 'version_conflict'>
}

/** One login of one client: a family of refresh tokens of which only the newest generation counts. */
export interface Session extends Client {
  readonly id: string
  readonly userId: string
  readonly sessionVersion: number
  readonly generation: number
  readonly createdAt: Seconds
  readonly lastUsedAt: Seconds
  readonly idleExpiresAt: Seconds
  /** The absolute end. */
  readonly expiresAt: Seconds
  /** When the current generation was made; the absolute end where its predecessor is kept. */
  readonly rotatedAt: Seconds
  /** The request that made the current generation. */
  readonly rotatedBy: string
  readonly refreshRate: RefreshRate
  readonly amr: readonly string[]
}

/** How often a session was refreshed since the current window began. */
export interface RefreshRate {
  readonly since: Seconds
  readonly refreshes: number
}

export interface Rotation {
  readonly userId: string
  readonly sessionId: string
  readonly generation: number
  readonly now: Seconds
  readonly idleExpiresAt: Seconds
  readonly rotatedBy: string
  readonly refreshRate: RefreshRate
}

export interface SessionStore {
  /** Refuses to overwrite: a session id is used once. */
  open(session: Session): Promise<void>
  /** Moves to the next generation if the presented one is current and the session alive; else says what is there. */
  rotate(rotation: Rotation): Promise<{ readonly rotated: boolean; readonly session: Session | undefined }>
  /**
   * Keeps the predecessor of the current generation good until the next rotation, if `rotatedBy` still made the current one.
   * Nothing else of the session changes.
   */
  keepPredecessor(session: Pick<Rotation, 'userId' | 'sessionId' | 'rotatedBy'>): Promise<void>
  /** What decides whether a session may go on, read consistently. */
  currentState(
    userId: string,
    sessionId: string,
  ): Promise<{ readonly account: Account | undefined; readonly revoked: boolean }>
  /** Puts the family on the denylist and deletes the session, both or neither; it may be gone, or revoked, already. */
  revoke(session: { userId: string; sessionId: string; deniedUntil: Seconds }): Promise<void>
  /** Every session of a user that has not expired at `now`, the one last used first. */
  list(userId: string, now: Seconds): Promise<readonly Session[]>
  /** Deletes the session items of a user that are of an sessionVersion before this one, and so dead. */
  forgetBefore(userId: string, sessionVersion: number): Promise<void>
  /** Deletes every session and code of a user who is gone. */
  forgetAll(userId: string): Promise<void>
}

export interface Denylist {
  /** Whether the session or this version of the user's claims was revoked, read consistently. */
  denies(subject: Pick<Principal, 'userId' | 'sessionId' | 'claimsVersion'>): Promise<boolean>
}

export interface AccessTokenIssuer {
  /** The key that signs is there. Fails if it cannot be had. */
  ready(): Promise<void>
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
  verify(token: string, now: Seconds): Promise<Principal | undefined>
}

/** What a refresh token says. `expiresAt` is its family's absolute end. */
export interface RefreshTokenClaims {
  readonly userId: string
  readonly sessionId: string
  readonly generation: number
  /** As it stands on the session item of this generation, so that the next update need not read it. */
  readonly refreshRate: RefreshRate
  readonly expiresAt: Seconds
}

export interface RefreshTokens {
  /** The key that signs is there. Fails if it cannot be had. */
  ready(): Promise<void>
  issue(claims: RefreshTokenClaims, now: Seconds): Promise<string>
  verify(token: string, now: Seconds): Promise<RefreshTokenClaims | undefined>
}

export interface PasswordHasher {
  /** What hashes are made with is there. Fails if it cannot be had. */
  ready(): Promise<void>
  hash(password: string): Promise<string>
  /**
   * As strong as `hash`, with a salt that follows from the pepper and the email: two sign-ups with one email and one
   * password have one hash, until the pepper or the cost changes.
   */
  hashForSignUp(password: string, email: string): Promise<string>
  /** Takes the same time for `undefined` (no such account) as for a wrong password. */
  compare(password: string, passwordHash: string | undefined): Promise<boolean>
  /** A hash by today's scheme, pepper and cost, of a password that matches one of yesterday's; else `undefined`. */
  renew(password: string, passwordHash: string): Promise<string | undefined>
}

/** Names that tell nothing of what they stand for, and are the same each time. */
export interface KeyedHashes {
  /** 32 hexadecimal digits. */
  of(...parts: readonly string[]): Promise<string>
}

/** Limits that hold across every instance of every function: each attempt is reserved in the store before it is made. */
export interface RateLimiter {
  /** Takes one from a subject's budget. Refuses with `too_many_attempts`. */
  take(limit: LimitName, subject: string): Promise<void>
  /** Takes one from a subject's budget, if there is any left. */
  hasLeft(limit: LimitName, subject: string): Promise<boolean>
  /** Puts back what was taken for something that did not come about through our own fault. */
  giveBack(limit: LimitName, subject: string): Promise<void>
  /** Reserves a try at an account's password, and says which one in a row it is. Refuses with `too_many_attempts`. */
  reserveAttempt(email: string): Promise<number>
  /** Forgets the failures of an account. */
  resetAttempts(email: string): Promise<void>
}

/** Failed attempts in a row, as they are remembered. */
export interface Attempts {
  readonly attempts: number
  readonly lastAt: Seconds
  readonly expiresAt: Seconds
}
/** Counters that all instances share. Each call decides and writes at once. */
export interface Counters {
  /** Counts one more in a window, unless it holds `most` already. */
  take(
    id: string,
    window: { readonly window: Seconds; readonly most: number; readonly expiresAt: Seconds },
  ): Promise<boolean>
  /** Counts one less in a window that has any. */
  giveBack(id: string, window: Seconds): Promise<void>
  /** Counts one more try if there were fewer than `free` and they are not past their end; else says what is there. */
  addAttempt(
    id: string,
    next: { readonly free: number; readonly lastAt: Seconds; readonly expiresAt: Seconds },
  ): Promise<
    { readonly added: true; readonly attempts: number } | { readonly added: false; readonly found: Attempts }
  >
  /** Writes only if the attempts are still those that were read. */
  replaceAttempts(id: string, from: Attempts, to: Attempts): Promise<boolean>
  forget(id: string): Promise<void>
}

/** A secret that was mailed, as it is stored: one of a user and purpose, a new one takes the place of the old. */
export interface OneTimeCode {
  readonly userId: string
  readonly purpose: Purpose
  /** What the raw token is compared with. */
  readonly tokenHash: string
  /** The user's sessionVersion when it was made: whatever ends sessions voids it. */
  readonly sessionVersion: number
  /** The user's email when it was made: what was mailed for one address is worth nothing once there is another. */
  readonly email: string
  readonly expiresAt: Seconds
  /** Of a change of email: the address to be, and what the token that undoes it is compared with. */
  readonly newEmail?: string | undefined
  readonly undoHash?: string | undefined
  /** Of a change of email: the account with the address that the mail said would go. */
  readonly replaces?: string | undefined
  /** Of a login by mail: for which request, what its digits are compared with, and how often that was tried. */
  readonly challengeHash?: string | undefined
  readonly digitsHash?: string | undefined
  readonly attempts: number
}
export interface CodeStore {
  /** In the place of any older one of its purpose. */
  put(code: OneTimeCode): Promise<void>
  /** Beside those of its purpose, email and sessionVersion, which stay good until their own end; there are eight at most. */
  add(code: OneTimeCode, now: Seconds): Promise<void>
  /** The codes of these purposes and their user, in one consistent reading. */
  find(
    userId: string,
    purposes: readonly Purpose[],
  ): Promise<{ readonly codes: readonly OneTimeCode[]; readonly account: Account | undefined }>
  /**
   * Counts one more try at the digits of a login; `undefined` if there were `most`, if it has expired, or if they were not
   * asked for with this challenge.
   */
  attemptDigits(
    userId: string,
    challengeHash: string,
    most: number,
    now: Seconds,
  ): Promise<OneTimeCode | undefined>
  /** Deletes the code if it is still this one, and its user as it was read. */
  redeem(code: OneTimeCode, account: Account): Promise<'redeemed' | 'spent'>
}

/** The email that a user had before the last change: nobody else gets it for as long as the change can be undone. */
export interface FormerEmail {
  readonly email: string
  readonly undoHash: string
  readonly keptUntil: Seconds
}

/** Mail that is to be sent: a door leaves an order, and a function of its own fulfils it. */
export interface Outbox {
  put(job: EmailJob, now: Seconds): Promise<void>
}
/** The other end of it. */
export interface EmailJobs {
  /** The order that a record of the store's stream holds; throws for what is none. */
  read(record: unknown): {
    readonly id: string
    readonly job: EmailJob
    readonly expiresAt: Seconds
  }
  /** Takes an order that was fulfilled off the store. */
  forget(id: string): Promise<void>
}

/** The words and passwords that are guessed first. */
export interface CommonPasswords {
  /** The place of a word, in lower case and without accents, among them: from 1 on, rounded to a power of two. */
  rankOf(word: string): number | undefined
}

/** Passwords that were found in breaches of other services. */
export interface BreachedPasswords {
  /** `unknown` where the service that knows does not answer in time. */
  find(password: string): Promise<'found' | 'not_found' | 'unknown'>
}

/** Sends mail. */
export interface Mailer {
  /** Says by what name it was rejected, if no retry would mend that; throws the refusal `unavailable` for what passes. */
  send(
    to: string,
    template: EmailTemplate,
    about: { readonly userId: string },
  ): Promise<'sent' | { readonly rejectedAs: string }>
}

/** Places in a listing, sealed for the one who was given them. */
export interface Cursors {
  seal(position: string, order: UserPage['order'], userId: string, now: Seconds): Promise<string>
  /** `undefined` if it is not ours, not theirs, of another order, or a day old. */
  open(cursor: string, order: UserPage['order'], userId: string, now: Seconds): Promise<string | undefined>
}

/** Everything outside that rules and doors use. Each names the few that it needs. */
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
  readonly limits: Limits
  readonly rateLimiter: RateLimiter
  readonly keyedHashes: KeyedHashes
  readonly codes: CodeStore
  readonly outbox: Outbox
  readonly emailJobs: EmailJobs
  readonly policy: Policy
  readonly commonPasswords: CommonPasswords
  readonly breachedPasswords: BreachedPasswords
  readonly mailer: Mailer
}
