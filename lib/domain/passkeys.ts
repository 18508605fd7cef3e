import {
  changeFactors,
  checkMayAddFactor,
  type FactorAddition,
  type FactorChanged,
  type FactorChangePorts,
  tellFactorChange,
} from './factor-changes.ts'
import { checkAdministratorsFactor } from './factor-policy.ts'
import type { Passkey } from './factor-ports.ts'
import { hasFactor } from './factors.ts'
import type { Seconds } from './lifetimes.ts'
import { ownAccount } from './own-account.ts'
import { openPasskeyChallenge } from './passkey-challenges.ts'
import { PASSKEY_AMR } from './passkey-login.ts'
import type { Client, Ports } from './ports.ts'
import type { Principal } from './principal.ts'
import { firstRecoveryCodes } from './recovery-codes.ts'
import { Refusal } from './refusal.ts'
import { ownSession } from './sessions.ts'
import { settleAll } from './settle-all.ts'
import { ensureSigningKeys, type TokenPair } from './token-pairs.ts'
import type { Account } from './users.ts'
import { checkWayInStays, type WayInPorts } from './ways-in.ts'

/** The most passkeys of an account. */
export const MOST_PASSKEYS = 20

/** Refuses another passkey for an account whose email is not verified, or that has too many. */
export function checkMayAdd(ports: Pick<Ports, 'policy'>, account: Account): void {
  checkMayAddFactor(ports, account)
  if (account.factors.passkeys >= MOST_PASSKEYS)
    throw new Refusal('too_many_passkeys', { subject: { userId: account.id } })
}

/**
 * Registers a passkey. Every other session ends; the caller continues in a new one, proven by the passkey too. With the first factor
 * come the recovery codes.
 * Refuses with `email_not_verified`, `too_many_passkeys`, `invalid_passkey`, `passkey_exists` or `conflict`.
 */
export async function addPasskey(
  ports: FactorChangePorts & Pick<Ports, 'passkeyVerifier' | 'keyedHashes' | 'recoveryCodeHashes'>,
  principal: Principal,
  input: { passkey: unknown; name?: string | undefined; client: Client },
): Promise<FactorChanged & { readonly passkey: Passkey }> {
  await settleAll(ensureSigningKeys(ports), ports.recoveryCodeHashes.ready())
  const [account, former] = await settleAll(ownAccount(ports, principal), ownSession(ports, principal))
  checkMayAdd(ports, account)

  // 1. Verify the response to a challenge of this session.
  const { passkey, added, at } = await registeredPasskey(ports, account, input, principal.sessionId)

  // 2. One transaction adds it to the account.
  const tokens = await changeFactors(ports, account, former, input.client, { ...added, amr: PASSKEY_AMR })
  await tellFactorChange(ports, account, { type: 'factor_added', factor: 'passkey', at })
  return { tokens, passkey, ...(added.codes && { recoveryCodes: added.codes }) }
}

/**
 * Verifies the response to a registration. Returns the change that adds the passkey, and the recovery codes of a first factor.
 * Refuses with `invalid_passkey`.
 */
export async function registeredPasskey(
  ports: Pick<Ports, 'passkeyVerifier' | 'keyedHashes' | 'recoveryCodeHashes' | 'clock'>,
  account: Account,
  input: { readonly passkey: unknown; readonly name?: string | undefined },
  boundTo: string,
): Promise<{ readonly passkey: Passkey; readonly added: FactorAddition; readonly at: Seconds }> {
  const { id: userId, factors } = account
  const { passkeyVerifier } = ports
  const challenge = passkeyVerifier.challengeOf(input.passkey)
  const purpose = ['registration', userId, boundTo] as const
  const opened = challenge && (await openPasskeyChallenge(ports, challenge, purpose))
  const verified = opened && (await passkeyVerifier.verifyRegistration(input.passkey, challenge))
  if (!verified) throw new Refusal('invalid_passkey', { subject: { userId } })

  const at = ports.clock.now()
  const name = input.name ?? `Passkey ${factors.passkeys + 1}`
  const passkey = { ...verified, userId, name, createdAt: at, lastUsedAt: at }
  const first = hasFactor(account) ? undefined : await firstRecoveryCodes(ports, userId)
  const added = {
    factors: { ...factors, passkeys: factors.passkeys + 1 },
    writes: { addsPasskey: passkey, ...(first && { recoveryCodes: first.stored }) },
    codes: first?.codes,
  }
  return { passkey, added, at }
}

/**
 * Removes a passkey. Every other session ends; the caller continues in a new one. Recovery codes go with the last factor.
 * Refuses with `not_found`, `last_way_in`, `second_factor_missing` or `conflict`.
 */
export async function removePasskey(
  ports: FactorChangePorts & WayInPorts,
  principal: Principal,
  { passkeyId, client }: { passkeyId: string; client: Client },
): Promise<TokenPair> {
  await ensureSigningKeys(ports)
  // The account first: what is read later is at least as new, and the write fails if the account has changed since then.
  const [account, former] = await settleAll(ownAccount(ports, principal), ownSession(ports, principal))
  const { id: userId, factors } = account
  const passkey = (await ports.passkeys.list(userId)).find(({ id }) => id === passkeyId)
  if (!passkey) throw new Refusal('not_found')

  await checkWayInStays(ports, account, passkey)
  const left = { ...factors, passkeys: factors.passkeys - 1 }
  checkAdministratorsFactor(ports.policy, { ...account, factors: left })

  const tokens = await changeFactors(ports, account, former, client, {
    factors: left,
    writes: {
      removesPasskeys: [passkey],
      ...(!hasFactor({ factors: left }) && { recoveryCodes: 'removed' }),
    },
  })
  await tellFactorChange(ports, account, { type: 'factor_removed', factor: 'passkey', at: ports.clock.now() })
  return tokens
}
