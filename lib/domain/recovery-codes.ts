import { changeFactors, type FactorChanged, type FactorChangePorts } from './factor-changes.ts'
import type { StoredRecoveryCodes } from './factor-ports.ts'
import { hasFactor } from './factors.ts'
import { notify } from './notifications.ts'
import { isSame } from './one-time-codes.ts'
import { ownAccount } from './own-account.ts'
import type { Client, Ports } from './ports.ts'
import type { Principal } from './principal.ts'
import { Refusal } from './refusal.ts'
import type { Prove } from './second-factor.ts'
import { ownSession } from './sessions.ts'
import { settleAll } from './settle-all.ts'
import { ensureSigningKeys } from './token-pairs.ts'

/** The codes that come with the first factor of an account, as they are shown and as they are stored. */
export async function firstRecoveryCodes(
  { recoveryCodeHashes, clock }: Pick<Ports, 'recoveryCodeHashes' | 'clock'>,
  userId: string,
): Promise<{ readonly codes: readonly string[]; readonly stored: StoredRecoveryCodes }> {
  const { codes, hashes } = await recoveryCodeHashes.create(userId)
  return { codes, stored: { userId, hashes, createdAt: clock.now() } }
}

/**
 * Replaces all recovery codes. A user does this after somebody may have read them, so every other session ends, and the caller goes on
 * in a new one.
 * Refuses with `not_found` for an account without a factor, or with `conflict`.
 */
export async function replaceRecoveryCodes(
  ports: FactorChangePorts & Pick<Ports, 'recoveryCodeHashes'>,
  principal: Principal,
  client: Client,
): Promise<FactorChanged> {
  await settleAll(ensureSigningKeys(ports), ports.recoveryCodeHashes.ready())
  const [account, former] = await settleAll(ownAccount(ports, principal), ownSession(ports, principal))
  const { id: userId, factors } = account
  if (!hasFactor(account)) throw new Refusal('not_found')
  const { codes: recoveryCodes, stored } = await firstRecoveryCodes(ports, userId)
  const tokens = await changeFactors(ports, account, former, client, {
    factors,
    writes: { recoveryCodes: stored },
  })
  ports.events.record({ type: 'recovery_codes.replaced', userId })
  return { tokens, recoveryCodes }
}

/**
 * Proves a recovery code, in place of a factor. 80 random bits need no budget. The owner is told of each use, and how many codes are
 * left. Refuses with `invalid_code`.
 */
export const provesRecoveryCode =
  (ports: RecoveryProofPorts, code: string): Prove =>
  async (account) => {
    const { id: userId } = account
    const refused = () => new Refusal('invalid_code', { subject: { userId } })
    if (!hasFactor(account)) throw refused()
    const [{ recoveryCodes }, possible] = await settleAll(
      ports.totps.find(userId),
      ports.recoveryCodeHashes.hashesOf(userId, code),
    )
    const hash = recoveryCodes?.hashes.find((each) => possible.some((one) => isSame(one, each)))
    if (!recoveryCodes || !hash) throw refused()
    return {
      amr: ['mfa'],
      spends: { type: 'recovery_code', hash },
      afterUse: async () => {
        const left = recoveryCodes.hashes.length - 1
        ports.events.record({ type: 'recovery_code.used', userId, left })
        await notify(ports, { type: 'recovery_code_used', userId, left, at: ports.clock.now() })
      },
    }
  }
export type RecoveryProofPorts = Pick<
  Ports,
  'totps' | 'recoveryCodeHashes' | 'policy' | 'outbox' | 'clock' | 'events'
>
