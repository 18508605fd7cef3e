import type { RefreshTokens } from '../domain/ports.ts'
import { isId, isTime, kidOf, type TokenKind, verifyJwt } from './jwt.ts'
import { signJwt } from './jwt-signing.ts'
import type { Keys } from './keys.ts'

/** Only this service reads it, so a shared secret suffices. It is worthless without its session item. */
const kind: TokenKind = { algorithm: 'HS256', typ: 'rt+jwt' }

/**
 * Issues and verifies refresh tokens. A valid one names its session and generation; the store knows whether it is the newest.
 */
export function refreshTokens(keys: Pick<Keys, 'refreshKeys'>): RefreshTokens {
  return {
    async ready() {
      await keys.refreshKeys()
    },
    async issue({ userId, sessionId, generation, refreshRate, expiresAt }, now) {
      const { current } = await keys.refreshKeys()
      return signJwt(kind, current, {
        sub: userId,
        sid: sessionId,
        gen: generation,
        refreshRate: [refreshRate.since, refreshRate.refreshes],
        iat: now,
        exp: expiresAt,
      })
    },
    async verify(token, now) {
      const { all } = await keys.refreshKeys(kidOf(token))
      const claims = verifyJwt(token, kind, { keys: all, issuer: null, audience: null, now })
      if (!claims) return undefined
      const { sub, sid, gen, exp, refreshRate } = claims
      if (!isId(sub) || !isId(sid) || !isTime(gen) || !isTime(exp)) return undefined
      const [since, refreshes] = Array.isArray(refreshRate) ? refreshRate : []
      if (!isTime(since) || !Number.isSafeInteger(refreshes)) return undefined
      return {
        userId: sub,
        sessionId: sid,
        generation: gen,
        refreshRate: { since, refreshes },
        expiresAt: exp,
      }
    },
  }
}
