import type { Ports, Session } from './ports.ts'
import type { Account } from './users.ts'

/** What a client holds after login or refresh. `...Seconds` from now; `accessTokenSeconds` is OAuth's `expires_in`. */
export interface TokenPair {
  readonly account: Account
  readonly accessToken: string
  readonly accessTokenSeconds: number
  readonly refreshToken: string
  readonly refreshTokenSeconds: number
}

export type TokenPorts = Pick<Ports, 'accessTokenIssuer' | 'refreshTokens' | 'clock' | 'lifetimes'>

/** To be asked before anything is spent or changed for a pair of tokens: without a key to sign with, nothing is changed. */
export async function ensureSigningKeys({ accessTokenIssuer, refreshTokens }: TokenPorts): Promise<void> {
  await Promise.all([accessTokenIssuer.ready(), refreshTokens.ready()])
}

/** The pair of a session's current generation. */
export async function issueTokenPair(
  ports: TokenPorts,
  account: Account,
  session: Session,
): Promise<TokenPair> {
  const now = ports.clock.now()
  // Neither token outlives its session, idle end included: the denylist forgets the family soon after its end, and a
  // session that is no longer listed could not be ended by its user.
  const endsAt = Math.min(session.idleExpiresAt, session.expiresAt)
  const accessTokenExpiresAt = Math.min(now + ports.lifetimes.accessTokenSeconds, endsAt)
  const [accessToken, refreshToken] = await Promise.all([
    ports.accessTokenIssuer.issue({
      userId: account.id,
      sessionId: session.id,
      roles: account.roles,
      claimsVersion: account.claimsVersion,
      authTime: session.createdAt,
      amr: session.amr,
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
