import type { Cursors } from '../domain/ports.ts'
import { kidOf, type TokenKind, verifyJwt } from './jwt.ts'
import { signJwt } from './jwt-signing.ts'
import type { Keys } from './keys.ts'

const kind: TokenKind = { algorithm: 'HS256', typ: 'cursor+jwt' }
const DAY = 86_400

/** Cursors are signed tokens of their own kind, so they cannot be forged, moved to another listing or used by another user. */
export function cursors(keys: Pick<Keys, 'refreshKeys'>): Cursors {
  return {
    async seal(position, order, userId, now) {
      const { current } = await keys.refreshKeys()
      return signJwt(kind, current, { sub: userId, order, position, iat: now, exp: now + DAY })
    },
    async open(cursor, order, userId, now) {
      const { all } = await keys.refreshKeys(kidOf(cursor))
      const claims = verifyJwt(cursor, kind, { keys: all, issuer: null, audience: null, now })
      if (claims?.sub !== userId || claims.order !== order || typeof claims.position !== 'string')
        return undefined
      return claims.position
    },
  }
}
