/** What a user may be allowed to do. A deployer adds a role here and names it in contracts. */
export const roles = ['user', 'admin'] as const
export type Role = (typeof roles)[number]

/** The user as everyone may see it. `createdAt` is an ISO 8601 instant in UTC. */
export interface User {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly roles: readonly Role[]
  readonly emailVerified: boolean
  readonly createdAt: string
}

/** The user as it is stored. The two numbers only ever grow, each under a condition on the value read. */
export interface Account extends User {
  readonly status: 'active' | 'disabled'
  readonly passwordHash: string
  /** In every access token: an older one is refused. */
  readonly claimsVersion: number
  /** In every session: one of another epoch has ended. */
  readonly epoch: number
}
