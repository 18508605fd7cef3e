/** What can be proven after the first proof. Recovery codes stand in for a factor. */
export const factorNames = ['totp', 'passkey', 'recoveryCode'] as const
export type FactorName = (typeof factorNames)[number]
