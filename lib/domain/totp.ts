import { randomUUID } from 'node:crypto'
import {
  changeFactors,
  checkMayAddFactor,
  type FactorAddition,
  type FactorChanged,
  type FactorChangePorts,
  tellFactorChange,
} from './factor-changes.ts'
import { checkAdministratorsFactor } from './factor-policy.ts'
import type { PendingTotp } from './factor-ports.ts'
import { hasFactor } from './factors.ts'
import type { Seconds } from './lifetimes.ts'
import { ownAccount } from './own-account.ts'
import type { Client, Ports } from './ports.ts'
import type { Principal } from './principal.ts'
import { firstRecoveryCodes } from './recovery-codes.ts'
import { Refusal } from './refusal.ts'
import { ownSession } from './sessions.ts'
import { settleAll } from './settle-all.ts'
import { ensureSigningKeys, type TokenPair } from './token-pairs.ts'
import { TOTP_AMR } from './totp-proof.ts'
import { totpUri } from './totp-uri.ts'
import type { Account } from './users.ts'

/** How long an enrolment waits for its first code. */
const PENDING_SECONDS: Seconds = 600

/**
 * Starts an enrolment. It belongs to the session, and changes nothing until `confirmTotp`. The secret is shown once.
 * Refuses with `email_not_verified`.
 */
export async function startTotp(
  ports: Pick<Ports, 'users' | 'totps' | 'totpSecrets' | 'policy' | 'clock'>,
  principal: Principal,
): Promise<{ readonly secret: string; readonly uri: string }> {
  return pendingTotp(ports, await ownAccount(ports, principal), principal.sessionId)
}

/** Starts an enrolment that only `sessionId` can complete: the id of a session, or the hash of an auth session. */
export async function pendingTotp(
  ports: Pick<Ports, 'totps' | 'totpSecrets' | 'policy' | 'clock'>,
  account: Account,
  sessionId: string,
): Promise<{ readonly secret: string; readonly uri: string }> {
  checkMayAddFactor(ports, account)
  const of = { userId: account.id, enrolmentId: randomUUID() }
  const { secret, sealedSecret } = await ports.totpSecrets.create(of)
  await ports.totps.putPending({
    ...of,
    sealedSecret,
    sessionId,
    sessionVersion: account.sessionVersion,
    expiresAt: ports.clock.now() + PENDING_SECONDS,
  })
  return { secret, uri: totpUri(ports.policy.productName, account.email, secret) }
}

/**
 * Completes an enrolment with its first code, and replaces an older one. Every other session ends; the caller goes on in a new one.
 * The first factor of an account comes with recovery codes.
 * Refuses with `invalid_code`, `email_not_verified`, `too_many_attempts`, or `conflict` if the account was changed or this session ended
 * meanwhile.
 */
export async function confirmTotp(
  ports: FactorChangePorts & Pick<Ports, 'totps' | 'totpSecrets' | 'recoveryCodeHashes' | 'rateLimiter'>,
  principal: Principal,
  { code, client }: { code: string; client: Client },
): Promise<FactorChanged> {
  await settleAll(ensureSigningKeys(ports), ports.recoveryCodeHashes.ready())
  const { userId, sessionId } = principal
  const [account, former, pending] = await settleAll(
    ownAccount(ports, principal),
    ownSession(ports, principal),
    ports.totps.findPending(userId),
  )
  const { added, at } = await confirmedTotp(ports, account, pending, { code, sessionId })
  // The enrolment began with a fresh proof. Without one, a thief of an access token must not use up the owner's changes.
  await ports.rateLimiter.take('factorChangesPerUser', userId)
  const tokens = await changeFactors(ports, account, former, client, { ...added, amr: TOTP_AMR })
  await tellFactorChange(ports, account, { type: 'factor_added', factor: 'totp', at })
  return { tokens, ...(added.codes && { recoveryCodes: added.codes }) }
}

/** Checks the first code of an enrolment. Returns the change that adds the factor, and the recovery codes of a first factor. */
export async function confirmedTotp(
  ports: Pick<Ports, 'totpSecrets' | 'recoveryCodeHashes' | 'policy' | 'clock'>,
  account: Account,
  pending: PendingTotp | undefined,
  { code, sessionId }: { readonly code: string; readonly sessionId: string },
): Promise<{
  readonly added: FactorAddition
  readonly at: Seconds
}> {
  const { id: userId } = account
  checkMayAddFactor(ports, account)

  // 1. The enrolment was started in this session, less than ten minutes ago.
  const now = ports.clock.now()
  const isOwn = pending?.sessionId === sessionId && pending.sessionVersion === account.sessionVersion
  if (!pending || !isOwn || pending.expiresAt <= now)
    throw new Refusal('invalid_code', { subject: { userId } })

  // 2. The code is right. Its time step counts as used.
  const lastStep = await ports.totpSecrets.stepOf(code, pending, now)
  if (lastStep === undefined) throw new Refusal('invalid_code', { subject: { userId } })

  // 3. The caller adds the factor in one transaction.
  const { enrolmentId, sealedSecret } = pending
  const totp = { userId, enrolmentId, sealedSecret, lastStep, failures: 0, enrolledAt: now, lastUsedAt: now }
  const first = hasFactor(account) ? undefined : await firstRecoveryCodes(ports, userId)
  return {
    at: now,
    added: {
      factors: { ...account.factors, totp: true },
      writes: { totp, confirms: pending, ...(first && { recoveryCodes: first.stored }) },
      codes: first?.codes,
    },
  }
}

/**
 * Removes the enrolment, and the recovery codes with the last factor. Every other session ends; the caller goes on in a new one.
 * Refuses with `not_found`, `second_factor_missing` or `conflict`.
 */
export async function removeTotp(
  ports: FactorChangePorts,
  principal: Principal,
  client: Client,
): Promise<TokenPair> {
  await ensureSigningKeys(ports)
  const [account, former] = await settleAll(ownAccount(ports, principal), ownSession(ports, principal))
  if (!account.factors.totp) throw new Refusal('not_found')
  const factors = { ...account.factors, totp: false }
  checkAdministratorsFactor(ports.policy, { ...account, factors })
  const tokens = await changeFactors(ports, account, former, client, {
    factors,
    writes: { totp: 'removed', ...(!hasFactor({ factors }) && { recoveryCodes: 'removed' }) },
  })
  await tellFactorChange(ports, account, { type: 'factor_removed', factor: 'totp', at: ports.clock.now() })
  return tokens
}
