import { isSame } from './one-time-codes.ts'
import type { Ports } from './ports.ts'
import { isOffered } from './provider-names.ts'
import { Refusal } from './refusal.ts'
import type { SocialPurpose, SocialResult } from './social-ports.ts'
import { hashOfSecret } from './social-secrets.ts'

/** The code that came back to the front end, and the verifier that the front end kept (RFC 7636). */
export interface RedeemedCode {
  readonly code: string
  readonly codeVerifier: string
}

/**
 * Takes what a flow ended with. The code is used up first and checked afterwards: so a stolen one can be tried once and
 * not be used after that. The challenge was fixed when the flow began, so only that front end has its verifier (RFC 7636 4.6).
 * Refuses with `invalid_code`, without saying why.
 */
export async function takeResult(
  { social, policy, clock }: Pick<Ports, 'social' | 'policy' | 'clock'>,
  { code, codeVerifier }: RedeemedCode,
  purpose: SocialPurpose,
): Promise<SocialResult> {
  const result = await social.takeResult(hashOfSecret(code))
  const isGood =
    result !== undefined &&
    result.expiresAt > clock.now() &&
    isSame(result.codeChallenge, hashOfSecret(codeVerifier)) &&
    result.purpose === purpose &&
    isOffered(policy, result.identity.provider)
  if (!isGood) throw new Refusal('invalid_code')
  return result
}
