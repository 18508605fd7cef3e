import type { RefreshTokens } from '../domain/ports.ts'
import { isId, isTime, signJwt, type TokenKind, verifyJwt } from './jwt.ts'
import type { Keys } from './keys.ts'

/** Read by this service alone, so a shared secret will do; worth nothing without its session item. */
const kind: TokenKind = { algorithm: 'HS256', typ: 'rt+jwt' }

export function refreshTokens(keys: Pick<Keys, 'refreshKeys'>): RefreshTokens {
  return {
    async issue({ userId, sessionId, generation, expiresAt }, now) {
      const { current } = await keys.refreshKeys()
      return signJwt(kind, current, {
        sub: userId,
        sid: sessionId,
        gen: generation,
        iat: now,
        exp: expiresAt,
      })
    },
    async verify(token, now) {
      const { all } = await keys.refreshKeys()
      const claims = verifyJwt(token, kind, { keys: all, issuer: null, audience: null, now })
      if (!claims) return undefined
      const { sub, sid, gen, exp } = claims
      if (!isId(sub) || !isId(sid) || !isTime(gen) || !isTime(exp)) return undefined
      return { userId: sub, sessionId: sid, generation: gen, expiresAt: exp }
    },
  }
}
