import { rolesAt } from './factor-policy.ts'
import type { Ports, Session } from './ports.ts'
import type { Account } from './users.ts'

/** The answer to login and refresh. `...Seconds` count from now; `accessTokenSeconds` is OAuth's `expires_in`. */
export interface TokenPair {
  readonly account: Account
  readonly accessToken: string
  readonly accessTokenSeconds: number
  readonly refreshToken: string
  readonly refreshTokenSeconds: number
}

export type TokenPorts = Pick<Ports, 'accessTokenIssuer' | 'refreshTokens' | 'clock' | 'lifetimes' | 'policy'>

/** Call this before a token or code is spent or an account changed: without signing keys, nothing must change. */
export async function ensureSigningKeys({
  accessTokenIssuer,
  refreshTokens,
}: Pick<TokenPorts, 'accessTokenIssuer' | 'refreshTokens'>): Promise<void> {
  await Promise.all([accessTokenIssuer.ready(), refreshTokens.ready()])
}

/** Issues the pair of a session's current generation. */
export async function issueTokenPair(
  ports: TokenPorts,
  account: Account,
  session: Session,
): Promise<TokenPair> {
  const now = ports.clock.now()
  // Neither token outlives its session, idle end included. The denylist forgets the family soon after its end. And a user could
  // not end a session that is no longer listed.
  const endsAt = Math.min(session.idleExpiresAt, session.expiresAt)
  const accessTokenExpiresAt = Math.min(now + ports.lifetimes.accessTokenSeconds, endsAt)
  const [accessToken, refreshToken] = await Promise.all([
    ports.accessTokenIssuer.issue({
      userId: account.id,
      sessionId: session.id,
      ...rolesAt(session.acr, ports.policy, account.roles),
      claimsVersion: account.claimsVersion,
      authTime: session.authTime,
      amr: session.amr,
      acr: session.acr,
      issuedAt: now,
      expiresAt: accessTokenExpiresAt,
    }),
    ports.refreshTokens.issue(
      {
        userId: account.id,
        sessionId: session.id,
        generation: session.generation,
        refreshRate: session.refreshRate,
        expiresAt: session.expiresAt,
      },
      now,
    ),
  ])
  return {
    account,
    accessToken,
    accessTokenSeconds: accessTokenExpiresAt - now,
    refreshToken,
    refreshTokenSeconds: endsAt - now,
  }
}
