/** The ports of second factors and of proving oneself again. `ports.ts` lists them with all others. */

import type { Seconds } from './lifetimes.ts'
import type { ProviderAccount } from './social-ports.ts'
import type { Account } from './users.ts'

/** The TOTP enrolment of a user (RFC 6238). */
export interface Totp {
  readonly userId: string
  readonly enrolmentId: string
  /** The encrypted secret, which names its key. */
  readonly sealedSecret: string
  /** The last accepted time step. Each is accepted once (RFC 6238 5.2). */
  readonly lastStep: number
  /** Failures since the last success of any factor. */
  readonly failures: number
  readonly enrolledAt: Seconds
  readonly lastUsedAt: Seconds
}

/** An enrolment that waits for its first code. A user has one; a new one replaces it. It changes nothing at login. */
export interface PendingTotp extends Pick<Totp, 'userId' | 'enrolmentId' | 'sealedSecret'> {
  readonly sessionId: string
  readonly sessionVersion: number
  readonly expiresAt: Seconds
}

/** The keyed hashes of the recovery codes that are left. */
export interface StoredRecoveryCodes {
  readonly userId: string
  readonly hashes: readonly string[]
  readonly createdAt: Seconds
}

/** A passkey (WebAuthn level 3). `id` is the SHA-256 of the credential id, in base64url. */
export interface Passkey {
  readonly userId: string
  readonly id: string
  readonly credentialId: string
  /** COSE, in base64url. */
  readonly publicKey: string
  readonly counter: number
  readonly transports: readonly string[]
  readonly rpId: string
  readonly backupEligible: boolean
  readonly backedUp: boolean
  readonly name: string
  readonly createdAt: Seconds
  readonly lastUsedAt: Seconds
}

/** Writes to the items of factors, in the transaction that changes the account. */
export interface FactorWrites {
  readonly totp?: Totp | 'removed'
  /** Deletes this pending enrolment if it is still the pending one. */
  readonly confirms?: PendingTotp
  readonly recoveryCodes?: StoredRecoveryCodes | 'removed'
  /** Also reserves its credential id, which must be new. */
  readonly addsPasskey?: Passkey
  readonly removesPasskeys?: readonly Passkey[]
  /** Deletes this link, which must still be there. */
  readonly redeemsUndo?: FactorUndo
}

/** A mailed link that undoes the first factor. It is bound to no version. */
export interface FactorUndo {
  readonly userId: string
  readonly tokenHash: string
  /** Factors added at this time or later are removed. */
  readonly since: Seconds
  readonly keptUntil: Seconds
}

export interface FactorUndoStore {
  put(undo: FactorUndo): Promise<void>
  /** Returns the link and its user, in one consistent read. */
  find(
    userId: string,
    tokenHash: string,
  ): Promise<{ readonly undo: FactorUndo | undefined; readonly account: Account | undefined }>
}

/** A proof that is used up in the transaction that opens its session. */
export type Spent =
  | { readonly type: 'totp'; readonly enrolmentId: string; readonly step: number }
  | { readonly type: 'recovery_code'; readonly hash: string }
  | {
      readonly type: 'passkey'
      readonly passkey: Passkey
      /** The challenge is recorded as spent until it expires. */
      readonly challengeHash: string
      readonly challengeExpiresAt: Seconds
      readonly counter: number
      readonly backedUp: boolean
    }

/** A login that waits for its second factor, or for the enrolment of one. A user can have several. */
export interface AuthSession {
  readonly userId: string
  readonly tokenHash: string
  readonly sessionVersion: number
  /** How the first proof was made. */
  readonly amr: readonly string[]
  /** Good for the enrolment of a factor only. */
  readonly enrolsOnly: boolean
  /** The second step also links this identity, whose account was proven by the first proof. */
  readonly links?: ProviderAccount | undefined
  /** Of the account as the first proof found it. With `links`: a change of its email outdates that proof. */
  readonly claimsVersion?: number | undefined
  readonly expiresAt: Seconds
}

export interface AuthSessionStore {
  put(authSession: AuthSession): Promise<void>
  /** Returns the auth session and its user, in one consistent read. */
  find(
    userId: string,
    tokenHash: string,
  ): Promise<{ readonly authSession: AuthSession | undefined; readonly account: Account | undefined }>
}

export interface TotpStore {
  /** Returns the account with its TOTP enrolment and recovery codes, in one consistent read. */
  find(userId: string): Promise<{
    readonly account: Account | undefined
    readonly totp: Totp | undefined
    readonly recoveryCodes: StoredRecoveryCodes | undefined
  }>
  /** Replaces an earlier pending enrolment. */
  putPending(pending: PendingTotp): Promise<void>
  findPending(userId: string): Promise<PendingTotp | undefined>
  /**
   * Counts a failure of this enrolment before the code is compared; a success resets the count. Returns the failures including
   * this one, or `undefined` after `most` of them, or if the enrolment is gone.
   */
  reserveAttempt(userId: string, enrolmentId: string, most: number): Promise<number | undefined>
}

export interface PasskeyStore {
  /** Returns the account and one of its passkeys, in one consistent read. */
  find(
    userId: string,
    passkeyId: string,
  ): Promise<{ readonly account: Account | undefined; readonly passkey: Passkey | undefined }>
  /** Returns every passkey of a user, the oldest first, read consistently. */
  list(userId: string): Promise<readonly Passkey[]>
  rename(userId: string, passkeyId: string, name: string): Promise<Passkey | undefined>
}

/** TOTP secrets of 160 random bits. Encrypted with the user and the enrolment as additional data (AES-256-GCM). */
export interface TotpSecrets {
  /** Loads the key. Fails if it is not available. */
  ready(): Promise<void>
  /** `secret` is in base32, for the authenticator app. */
  create(
    of: Pick<Totp, 'userId' | 'enrolmentId'>,
  ): Promise<{ readonly secret: string; readonly sealedSecret: string }>
  /** Returns the time step of a code: the current one, the one before or the one after; `undefined` for any other code. */
  stepOf(
    code: string,
    totp: Pick<Totp, 'userId' | 'enrolmentId' | 'sealedSecret'>,
    now: Seconds,
  ): Promise<number | undefined>
}

/** Recovery codes of 80 random bits, stored as keyed hashes. */
export interface RecoveryCodeHashes {
  ready(): Promise<void>
  /** Ten new codes as the user sees them, and their hashes. */
  create(userId: string): Promise<{ readonly codes: readonly string[]; readonly hashes: readonly string[] }>
  /** The hashes that a code may be stored as: one for each key. Ignores case, blanks and hyphens. */
  hashesOf(userId: string, code: string): Promise<readonly string[]>
}

/** To whom passkeys belong. The functions that only need this do not load the verifier. */
export interface RelyingParty {
  readonly rpId: string
}

/** The ceremonies of WebAuthn level 3, section 7. Each returns `undefined` for a response that fails any check. */
export interface PasskeyVerifier {
  /** The challenge in a response, which nothing has verified yet; `undefined` if the response has none. */
  challengeOf(response: unknown): string | undefined
  /** The user id and the passkey id that a response names, which nothing has verified yet. */
  claimOf(response: unknown): { readonly userId: string; readonly passkeyId: string } | undefined
  /** Section 7.1. Requires user verification, and attestation `none`, or `packed` without certificates. */
  verifyRegistration(
    response: unknown,
    challenge: string,
  ): Promise<
    | Pick<
        Passkey,
        | 'id'
        | 'credentialId'
        | 'publicKey'
        | 'counter'
        | 'transports'
        | 'rpId'
        | 'backupEligible'
        | 'backedUp'
      >
    | undefined
  >
  /** Section 7.2. Requires user verification and the owner's user handle. */
  verifyAuthentication(
    response: unknown,
    challenge: string,
    passkey: Passkey,
  ): Promise<Pick<Passkey, 'counter' | 'backedUp'> | undefined>
}
