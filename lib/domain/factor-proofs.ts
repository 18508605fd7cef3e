import { provesRecoveryCode, type RecoveryProofPorts } from './recovery-codes.ts'
import { Refusal } from './refusal.ts'
import type { Prove } from './second-factor.ts'
import { provesTotp, type TotpProofPorts } from './totp-proof.ts'

/** The proof of the code in a request, which has exactly one. */
export function provesCode(
  ports: TotpProofPorts & RecoveryProofPorts,
  { totp, recoveryCode }: { totp?: string | undefined; recoveryCode?: string | undefined },
): Prove {
  if (totp !== undefined) return provesTotp(ports, totp)
  if (recoveryCode !== undefined) return provesRecoveryCode(ports, recoveryCode)
  throw new Refusal('invalid_request')
}
