import type { Identity, ProviderAccount } from './social-ports.ts'
import { hashOfSecret } from './social-secrets.ts'

/** The id of a provider account: a hash of issuer and subject, which no email is part of. */
export const identityIdOf = ({ issuer, subject }: Pick<ProviderAccount, 'issuer' | 'subject'>): string =>
  hashOfSecret(JSON.stringify([issuer, subject]))

/** The identity as it is stored for a user. The provider's email and name are no part of it: they may change later. */
export const linkedTo = (
  userId: string,
  { provider, issuer, subject, accountName, sealedRefreshToken }: ProviderAccount,
  now: number,
): Identity => ({
  provider,
  issuer,
  subject,
  ...(accountName !== undefined && { accountName }),
  ...(sealedRefreshToken !== undefined && { sealedRefreshToken }),
  userId,
  id: identityIdOf({ issuer, subject }),
  linkedAt: now,
  lastUsedAt: now,
})
