/** All ports are in one long file, which shows everything that the domain needs from outside. */

import type { Assurance } from './assurance.ts'
import type { Purpose } from './code-purposes.ts'
import type { EmailJob } from './email-jobs.ts'
import type { EmailTemplate } from './email-templates.ts'
import type {
  AuthSession,
  AuthSessionStore,
  FactorUndoStore,
  FactorWrites,
  PasskeyStore,
  PasskeyVerifier,
  RecoveryCodeHashes,
  RelyingParty,
  Spent,
  TotpSecrets,
  TotpStore,
} from './factor-ports.ts'
import type { Lifetimes, Seconds } from './lifetimes.ts'
import type { LimitName, Limits } from './limits.ts'
import type { Locale } from './locales.ts'
import type { Policy } from './policy.ts'
import type { Principal } from './principal.ts'
import type { SecurityEvents } from './security-events.ts'
import type {
  Identity,
  IdentityStore,
  IdentityWrites,
  SocialDestinations,
  SocialProviders,
  SocialStore,
} from './social-ports.ts'
import type { UserTable } from './user-data.ts'
import type { Account, AccountFields, ListedUser, Role } from './users.ts'

export interface Clock {
  now(): Seconds
}

/** The client of a request: the user agent, cut at 256 characters, and the address that the gateway saw. */
export interface Client {
  readonly userAgent: string
  readonly ip: string
}

export interface AccountChange extends AccountFields {
  readonly deniedUntil: Seconds
  /** In the same transaction, a new session of the new session version replaces the caller's, or the auth session of a login. */
  readonly replaces?: { readonly by: Session } & (
    | { readonly sessionId: string }
    | { readonly authSession: AuthSession; readonly now: Seconds }
  )
  /** Redeems this code in the same transaction. */
  readonly redeems?: OneTimeCode
  /** What takes the place of the redeemed code. Without it, the code is deleted. */
  readonly leaves?: OneTimeCode
  /** For a change of `email`: whether the old one is kept for a while, or a kept one is restored. */
  readonly emailMove?: {
    readonly now: Seconds
    readonly keeps?: FormerEmail | undefined
    readonly restores?: FormerEmail
    /** The unverified account that has the new email, as it was read. It is removed, and its claims are put on the denylist. */
    readonly takesFrom?: Account
  }
  /** The items that belong to a change of `factors`. */
  readonly factorWrites?: FactorWrites
  /** The items that belong to a change of `identities`. A removed one leaves a job if its token must be revoked. */
  readonly identityWrites?: IdentityWrites
  /** Another user who makes the change. It succeeds only if that user's claims version has not changed either. */
  readonly by?: Pick<Principal, 'userId' | 'claimsVersion'> | undefined
}
/** Why a change failed; `account-changes.ts` maps it to a refusal. */
export type NotChanged =
  | 'version_conflict'
  | 'principal_outdated'
  | 'last_administrator'
  | 'email_taken'
  | 'email_changed_recently'
  | 'passkey_exists'
  | 'identity_taken'
type Changed = Account | NotChanged

/** What users change about themselves without proof; a field that is missing stays as it is. */
export interface Profile {
  readonly name?: string | undefined
  readonly locale?: Locale | undefined
}

/** A page of users; `after` is a position in the order of sign-ups, not a key. */
export interface UserPage {
  readonly limit: number
  readonly order: 'asc' | 'desc'
  readonly after?: string | undefined
}
export interface UserStore {
  // No method finds an account past its `keptUntil`.

  /**
   * Stores the account, reserves its email and stores its first identity if there is one: all or nothing. Needs `now` because a
   * former email is kept only for a time.
   */
  create(
    account: Account,
    now: Seconds,
    identity?: Identity,
  ): Promise<'created' | 'email_taken' | 'identity_taken'>
  /** Costs the same two reads whether or not the email has an account. */
  findByEmail(email: string): Promise<Account | undefined>
  /**
   * The first of these two reads: the id of the user who has the email or may restore it, or an id that no user has. The caller
   * must check the account itself.
   */
  ownerOf(email: string): Promise<string>
  findById(userId: string): Promise<Account | undefined>
  /** Sets what claims do not depend on. Returns `undefined` if there is no such account. */
  setProfile(userId: string, profile: Profile): Promise<Account | undefined>
  /**
   * Makes a change that outdates the user's claims. One transaction increments `claimsVersion`, and `sessionVersion` if
   * sessions end, and puts the older claims on the denylist until `deniedUntil`. Succeeds only if both versions are still those
   * of `account`.
   */
  change(account: Account, change: AccountChange): Promise<Changed>
  /**
   * Deletes the account with its email reservation, factors and identities, and puts its claims on the denylist, in one transaction.
   * `forgetAll` deletes the sessions. Returns the former email if it was still kept.
   */
  remove(
    account: Account,
    change: Pick<AccountChange, 'deniedUntil' | 'by'> & { readonly now: Seconds },
  ): Promise<{ readonly former: FormerEmail | undefined } | NotChanged>
  /** Returns the user's former email while the change can be undone. */
  formerEmail(userId: string, now: Seconds): Promise<FormerEmail | undefined>
  /** Removes the expiry of an unverified account; `false` if the account is gone. */
  endExpiry(account: Account): Promise<boolean>
  /** Replaces the known devices of a user, unless the session version has changed. */
  rememberDevices(userId: string, devices: readonly string[], sessionVersion: number): Promise<void>
  /**
   * Returns a page of accounts in the order of sign-ups, starting after `after`, from an eventually consistent index. `behind`
   * is where the next page begins, if there is one. A page before the last may be short or empty.
   */
  list(
    page: UserPage,
  ): Promise<{ readonly users: readonly ListedUser[]; readonly behind: string | undefined }>
  /** Returns the ids of the active administrators. */
  administrators(): Promise<readonly string[]>
  /** Writes only if the hash is still `from`. */
  replacePasswordHash(userId: string, from: string, to: string): Promise<'replaced' | 'version_conflict'>
}

/** One login of one client: a family of refresh tokens of which only the newest generation is valid. */
export interface Session extends Client, Assurance {
  readonly id: string
  readonly userId: string
  readonly sessionVersion: number
  readonly generation: number
  readonly createdAt: Seconds
  readonly lastUsedAt: Seconds
  readonly idleExpiresAt: Seconds
  /** The absolute end of the session. */
  readonly expiresAt: Seconds
  /** When the current generation was created; the absolute end while its predecessor is kept valid. */
  readonly rotatedAt: Seconds
  /** The request that created the current generation. */
  readonly rotatedBy: string
  readonly refreshRate: RefreshRate
}

/** The number of refreshes of a session in the current window. */
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
  /** Never overwrites: a session id is used once. */
  open(session: Session): Promise<void>
  /** Returns a session that has not expired at `now`, read consistently. */
  find(userId: string, sessionId: string, now: Seconds): Promise<Session | undefined>
  /** Moves to the next generation if the presented one is current and the session is valid; otherwise returns the session. */
  rotate(rotation: Rotation): Promise<{ readonly rotated: boolean; readonly session: Session | undefined }>
  /**
   * Keeps the predecessor of the current generation valid until the next rotation, if `rotatedBy` still created the current
   * one. Nothing else of the session changes.
   */
  keepPredecessor(session: Pick<Rotation, 'userId' | 'sessionId' | 'rotatedBy'>): Promise<void>
  /** Returns the data that decide whether a session may continue, read consistently. */
  currentState(
    userId: string,
    sessionId: string,
  ): Promise<{ readonly account: Account | undefined; readonly revoked: boolean }>
  /** Puts the family on the denylist and deletes the session, both or neither. Idempotent; the session item may be gone. */
  revoke(session: { userId: string; sessionId: string; deniedUntil: Seconds }): Promise<void>
  /** Returns every session of a user that has not expired at `now`, the most recently used first. */
  list(userId: string, now: Seconds): Promise<readonly Session[]>
  /** Deletes a user's session items of earlier session versions, which have ended. */
  forgetBefore(userId: string, sessionVersion: number): Promise<void>
  /** Deletes every session and code of a deleted user. */
  forgetAll(userId: string): Promise<void>
}

/** A session that is opened together with the use of its proof. */
export interface Opening {
  readonly session: Session
  /** Its versions must not have changed since it was read, and it must be active. */
  readonly account: Account
  readonly spends?: Spent | undefined
  /**
   * Links this identity in the same transaction, which counts it and moves both versions of the account, as `change` does. The session
   * is of the new version.
   */
  readonly links?: Identity | undefined
  /** Deleted in the same transaction: the auth session, which must not have expired, or the session that is replaced. */
  readonly ends?:
    | { readonly authSession: AuthSession; readonly now: Seconds }
    | { readonly sessionId: string; readonly deniedUntil: Seconds }
    | undefined
}

/**
 * `ended`: what the session should replace is gone. `spent`: the proof was used before, or its factor is gone. `identity_taken`: the
 * identity to link belongs to an account already.
 */
export type NotOpened = 'version_conflict' | 'ended' | 'spent' | 'identity_taken'

export interface SessionOpenings {
  /** Opens the session, uses up the proof and ends what it replaces, in one transaction. */
  open(opening: Opening): Promise<'opened' | NotOpened>
}

export interface Denylist {
  /** Whether the session or this version of the user's claims was revoked, read consistently. */
  denies(subject: Pick<Principal, 'userId' | 'sessionId' | 'claimsVersion'>): Promise<boolean>
}

export interface AccessTokenIssuer {
  /** Loads the signing key. Fails if it is not available. */
  ready(): Promise<void>
  issue(
    token: Assurance & {
      readonly userId: string
      readonly sessionId: string
      readonly roles: readonly Role[]
      /** Roles of the account that the session lacks a second factor for. */
      readonly withheldRoles: readonly Role[]
      readonly claimsVersion: number
      readonly issuedAt: Seconds
      readonly expiresAt: Seconds
    },
  ): Promise<string>
}

export interface AccessTokenVerifier {
  /** Returns `undefined` for every invalid token; throws only if no key could be loaded. */
  verify(token: string, now: Seconds): Promise<Principal | undefined>
}

/** The content of a refresh token. `expiresAt` is the absolute end of its family. */
export interface RefreshTokenClaims {
  readonly userId: string
  readonly sessionId: string
  readonly generation: number
  /** A copy of the session item's value for this generation, so that the next update needs no read. */
  readonly refreshRate: RefreshRate
  readonly expiresAt: Seconds
}

export interface RefreshTokens {
  /** Loads the signing key. Fails if it is not available. */
  ready(): Promise<void>
  issue(claims: RefreshTokenClaims, now: Seconds): Promise<string>
  verify(token: string, now: Seconds): Promise<RefreshTokenClaims | undefined>
}

export interface PasswordHasher {
  /** Loads the pepper. Fails if it is not available. */
  ready(): Promise<void>
  hash(password: string): Promise<string>
  /**
   * A hash as strong as that of `hash`, with a salt derived from the pepper and the email. Two sign-ups with the same email and
   * password have the same hash, until the pepper or the cost changes.
   */
  hashForSignUp(password: string, email: string): Promise<string>
  /** Takes the same time for `undefined` (no such account) as for a wrong password. */
  compare(password: string, passwordHash: string | undefined): Promise<boolean>
  /**
   * Returns a hash with the current scheme, pepper and cost if the password matches an outdated hash; otherwise `undefined`.
   */
  renew(password: string, passwordHash: string): Promise<string | undefined>
}

/** Deterministic keyed hashes that reveal nothing about their input. */
export interface KeyedHashes {
  /** 32 hexadecimal digits. */
  of(...parts: readonly string[]): Promise<string>
}

/** Limits across all instances of all functions. Each attempt is reserved in the store before it is made. */
export interface RateLimiter {
  /** Takes one from a subject's budget. Refuses with `too_many_attempts`. */
  take(limit: LimitName, subject: string): Promise<void>
  /** Takes one from a subject's budget if any is left; otherwise returns false. */
  hasLeft(limit: LimitName, subject: string): Promise<boolean>
  /** Returns one to the budget after a failure of our own. */
  giveBack(limit: LimitName, subject: string): Promise<void>
  /**
   * Reserves an attempt at an account's password. Returns its number in the row of failures. Refuses with `too_many_attempts`.
   */
  reserveAttempt(email: string): Promise<number>
  /** Resets the failures of an account. */
  resetAttempts(email: string): Promise<void>
}

/** The stored failed attempts in a row. */
export interface Attempts {
  readonly attempts: number
  readonly lastAt: Seconds
  readonly expiresAt: Seconds
}
/** Counters shared by all instances. Each call checks and writes in one step. */
export interface Counters {
  /** Adds one to a window, unless it holds `most` already. */
  take(
    id: string,
    window: { readonly window: Seconds; readonly most: number; readonly expiresAt: Seconds },
  ): Promise<boolean>
  /** Subtracts one from a window that is not empty. */
  giveBack(id: string, window: Seconds): Promise<void>
  /** Adds one attempt if there are fewer than `free` and they have not expired; otherwise returns the stored ones. */
  addAttempt(
    id: string,
    next: { readonly free: number; readonly lastAt: Seconds; readonly expiresAt: Seconds },
  ): Promise<
    { readonly added: true; readonly attempts: number } | { readonly added: false; readonly found: Attempts }
  >
  /** Writes only if the stored attempts are still `from`. */
  replaceAttempts(id: string, from: Attempts, to: Attempts): Promise<boolean>
  forget(id: string): Promise<void>
}

/** A mailed secret as it is stored. A user has one per purpose; a new one replaces the old, except after `add`. */
export interface OneTimeCode {
  readonly userId: string
  readonly purpose: Purpose
  /** The hash that the raw token is compared with. */
  readonly tokenHash: string
  /** The user's session version at creation: a change that ends sessions also voids the code. */
  readonly sessionVersion: number
  /** The user's email at creation: a change of email voids the code. */
  readonly email: string
  readonly expiresAt: Seconds
  /** For a change of email: the new address, and the hash that the undo token is compared with. */
  readonly newEmail?: string | undefined
  readonly undoHash?: string | undefined
  readonly requestedAt?: Seconds | undefined
  /** For a change of email: the id of the unverified account that the mail announced as removed. */
  readonly replaces?: string | undefined
  /** For a change of email that was made with this code. The code changes nothing any more, and `email` is the new address. */
  readonly redeemed?: boolean | undefined
  /** For an email login or a re-authentication: its challenge, the hash of its digits, and the number of attempts. */
  readonly challengeHash?: string | undefined
  readonly digitsHash?: string | undefined
  readonly attempts: number
}
export interface CodeStore {
  /** Replaces an older code of the same purpose. */
  put(code: OneTimeCode): Promise<void>
  /** Adds a code. Those of the same purpose, email and session version stay valid until they expire; at most eight are kept. */
  add(code: OneTimeCode, now: Seconds): Promise<void>
  /** Returns the codes of these purposes and their user, in one consistent read. */
  find(
    userId: string,
    purposes: readonly Purpose[],
  ): Promise<{ readonly codes: readonly OneTimeCode[]; readonly account: Account | undefined }>
  /**
   * Counts an attempt at the digits of a code with a challenge. Returns `undefined` after `most` attempts, after the expiry, or if the
   * challenge does not match.
   */
  attemptDigits(
    code: Pick<OneTimeCode, 'userId' | 'purpose'>,
    challengeHash: string,
    most: number,
    now: Seconds,
  ): Promise<OneTimeCode | undefined>
  /** Deletes the code if it and its user are still as they were read. */
  redeem(code: OneTimeCode, account: Account): Promise<'redeemed' | 'spent'>
}

/** The email before the last change. It stays reserved while the change can be undone. */
export interface FormerEmail {
  readonly email: string
  readonly undoHash: string
  readonly keptUntil: Seconds
  /** When the change was requested. */
  readonly requestedAt?: Seconds | undefined
}

/** Accepts email jobs from handlers; the mail function processes them. */
export interface Outbox {
  put(job: EmailJob, now: Seconds): Promise<void>
}
/** The reading side of the outbox. */
export interface EmailJobs {
  /** Returns the job in a record of the table's stream; throws if the record holds none. */
  read(record: unknown): {
    readonly id: string
    readonly job: EmailJob
    readonly expiresAt: Seconds
  }
  /** Deletes a processed job. */
  forget(id: string): Promise<void>
}

/** Words and passwords that attackers try first. */
export interface CommonPasswords {
  /** The rank of a word, given in lower case and without accents: starts at 1, rounded to a power of two. */
  rankOf(word: string): number | undefined
}

/** Passwords found in breaches of other services. */
export interface BreachedPasswords {
  /** Returns `unknown` if the breach service does not answer in time. */
  find(password: string): Promise<'found' | 'not_found' | 'unknown'>
}

/** Sends mails. */
export interface Mailer {
  /** Returns SES's error name if a retry would not help; throws the refusal `unavailable` for transient errors. */
  send(
    to: string,
    template: EmailTemplate,
    about: { readonly userId: string | undefined; readonly locale: Locale },
  ): Promise<'sent' | { readonly rejectedAs: string }>
}

/** Cursors of a listing, sealed for the user who received them. */
export interface Cursors {
  seal(position: string, order: UserPage['order'], userId: string, now: Seconds): Promise<string>
  /** Returns `undefined` for a cursor that is forged, of another user or order, or older than a day. */
  open(cursor: string, order: UserPage['order'], userId: string, now: Seconds): Promise<string | undefined>
}

/** The items of users in a table of their own. */
export interface UserDataStore {
  /** What an export shows of a user's items. */
  exportOf(userId: string): Promise<readonly Readonly<Record<string, unknown>>[]>
  /** Deletes all items of a deleted user. */
  deleteAll(userId: string): Promise<void>
}
/** The store of each table of user data, under the table's name, such as `readonly notes: NoteStore`. */
export interface UserData extends Readonly<Record<UserTable, UserDataStore>> {}

/** All ports. Each rule and handler names the few that it uses. */
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
  readonly userData: UserData
  readonly authSessions: AuthSessionStore
  readonly sessionOpenings: SessionOpenings
  readonly totps: TotpStore
  readonly totpSecrets: TotpSecrets
  readonly recoveryCodeHashes: RecoveryCodeHashes
  readonly passkeys: PasskeyStore
  readonly factorUndos: FactorUndoStore
  readonly passkeyVerifier: PasskeyVerifier
  readonly relyingParty: RelyingParty
  readonly identities: IdentityStore
  readonly social: SocialStore
  readonly socialProviders: SocialProviders
  readonly socialDestinations: SocialDestinations
}
