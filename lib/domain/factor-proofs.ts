import { type PasskeyProofPorts, provesPasskey } from './passkey-login.ts'
import { provesRecoveryCode, type RecoveryProofPorts } from './recovery-codes.ts'
import { Refusal } from './refusal.ts'
import type { Prove } from './second-factor.ts'
import { provesTotp, type TotpProofPorts } from './totp-proof.ts'

/** The second proof in a request, which has exactly one. */
export function provesFactor(
  ports: TotpProofPorts & RecoveryProofPorts & PasskeyProofPorts,
  {
    totp,
    recoveryCode,
    passkey,
  }: { totp?: string | undefined; recoveryCode?: string | undefined; passkey?: unknown },
): Prove {
  if (totp !== undefined) return provesTotp(ports, totp)
  if (recoveryCode !== undefined) return provesRecoveryCode(ports, recoveryCode)
  if (passkey !== undefined) return provesPasskey(ports, passkey)
  throw new Refusal('invalid_request')
}
