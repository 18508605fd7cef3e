import type {
  AuthSession,
  FactorUndo,
  Passkey,
  PendingTotp,
  StoredRecoveryCodes,
  Totp,
} from '../../lib/domain/factor-ports.ts'
import { currentSignal } from '../../lib/domain/invocation-signal.ts'
import type { Attempts, FormerEmail, OneTimeCode, Session } from '../../lib/domain/ports.ts'
import { Refusal } from '../../lib/domain/refusal.ts'
import type {
  Identity,
  LinkSession,
  LinkTicket,
  Revocation,
  SocialFlow,
  SocialResult,
} from '../../lib/domain/social-ports.ts'
import type { Account } from '../../lib/domain/users.ts'

/** The tables of one `testServices`, as maps. */
export interface MemoryTables {
  readonly accounts: Map<string, Account>
  /** Email reservations by email. One with an end belongs to a former email. */
  readonly reservations: Map<string, { readonly userId: string; readonly keptUntil?: number }>
  /** By user id. */
  readonly formerEmails: Map<string, FormerEmail>
  /** By user id and purpose. */
  readonly codes: Map<string, OneTimeCode>
  readonly windows: Map<string, number>
  readonly attempts: Map<string, Attempts>
  readonly sessions: Map<string, Session>
  /** By user id, as the next two. */
  readonly totps: Map<string, Totp>
  readonly pendingTotps: Map<string, PendingTotp>
  readonly recoveryCodes: Map<string, StoredRecoveryCodes>
  /** By the hash of their token. */
  readonly factorUndos: Map<string, FactorUndo>
  /** By passkey id: each belongs to one user. */
  readonly passkeys: Map<string, Passkey>
  /** By the hash of their token. */
  readonly authSessions: Map<string, AuthSession>
  readonly spentChallenges: Set<string>
  /** By identity id: each belongs to one user. */
  readonly identities: Map<string, Identity>
  /** The tokens that wait to be revoked at their provider. */
  readonly revocations: Revocation[]
  /** By the hash of their state, code or token, as the next three. */
  readonly flows: Map<string, SocialFlow>
  readonly linkTickets: Map<string, LinkTicket>
  readonly results: Map<string, SocialResult>
  readonly linkSessions: Map<string, LinkSession>
  /** Session ids, with the time until which the entry is needed. */
  readonly revokedFamilies: Map<string, number>
  /** User ids, with the lowest claims version still accepted. */
  readonly revokedClaims: Map<string, number>
}

export const memoryTables = (): MemoryTables => ({
  accounts: new Map(),
  reservations: new Map(),
  formerEmails: new Map(),
  codes: new Map(),
  windows: new Map(),
  attempts: new Map(),
  sessions: new Map(),
  totps: new Map(),
  pendingTotps: new Map(),
  recoveryCodes: new Map(),
  passkeys: new Map(),
  factorUndos: new Map(),
  authSessions: new Map(),
  spentChallenges: new Set(),
  identities: new Map(),
  revocations: [],
  flows: new Map(),
  linkTickets: new Map(),
  results: new Map(),
  linkSessions: new Map(),
  revokedFamilies: new Map(),
  revokedClaims: new Map(),
})

/**
 * Other requests run between a call and its answer, as with a store across a network. A call of an invocation that was
 * already answered is refused.
 */
export async function roundTrip(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve))
  if (currentSignal().aborted) throw new Refusal('unavailable', { cause: currentSignal().reason })
}

/** Whether no account, and no former email, has this address. */
export function isFree({ reservations }: MemoryTables, email: string, now: number): boolean {
  const reservation = reservations.get(email)
  return !reservation || (reservation.keptUntil !== undefined && reservation.keptUntil <= now)
}
