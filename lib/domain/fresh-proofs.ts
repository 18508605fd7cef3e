import { provesMailedCode } from './email-reauthentication.ts'
import { provesFactor } from './factor-proofs.ts'
import type { Ports } from './ports.ts'
import { type ProveAgain, provesFactorAgain, provesPasswordAgain } from './reauthentication.ts'
import { provesProvider } from './social-reauthentication.ts'
import type { RedeemedCode } from './social-results.ts'

/** The proof in a request for re-authentication, which has exactly one. */
export function provesAgain(
  ports: Parameters<typeof provesFactor>[0] &
    Pick<
      Ports,
      'passwords' | 'codes' | 'social' | 'identities' | 'keyedHashes' | 'rateLimiter' | 'limits' | 'lifetimes'
    >,
  {
    password,
    code,
    social,
    ...factor
  }: {
    password?: string | undefined
    code?: string | undefined
    social?: RedeemedCode | undefined
  } & Parameters<typeof provesFactor>[1],
): ProveAgain {
  if (password !== undefined) return provesPasswordAgain(ports, password)
  if (code !== undefined) return provesMailedCode(ports, code)
  if (social !== undefined) return provesProvider(ports, social)
  return provesFactorAgain(ports, provesFactor(ports, factor))
}
