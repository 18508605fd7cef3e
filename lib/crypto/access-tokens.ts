import { randomUUID } from 'node:crypto'
import { LONGEST_ACCESS_TOKEN_SECONDS } from '../domain/lifetimes.ts'
import type { AccessTokenIssuer, AccessTokenVerifier } from '../domain/ports.ts'
import { isId, isTime, kidOf, signJwt, type TokenKind, verifyJwt } from './jwt.ts'
import type { Keys } from './keys.ts'

/** RFC 9068. RS256 is the only family that API Gateway's own JWT authorizer takes, so other APIs can verify ours. */
const kind: TokenKind = { algorithm: 'RS256', typ: 'at+jwt' }

/**
 * Whom a token was issued to, which RFC 9068 2.2 requires. No client registers here: every one is a front end of the API's
 * own, and none is told from another. It never looks like the id of a user (section 5). Our verifier does not ask for it:
 * it decides nothing, and tokens from before it was there are good for their minutes.
 */
const CLIENT_ID = 'first-party'

interface Parties {
  readonly issuer: string
  readonly audience: string
}

/** Makes access tokens as RFC 9068 section 2 has them, signed with the key that signs now. */
export function accessTokenIssuer(
  { issuer, audience }: Parties,
  keys: Pick<Keys, 'signingKey'>,
): AccessTokenIssuer {
  return {
    async ready() {
      await keys.signingKey()
    },
    async issue({ userId, sessionId, roles, claimsVersion, authTime, amr, issuedAt, expiresAt }) {
      return signJwt(kind, await keys.signingKey(), {
        iss: issuer,
        aud: audience,
        sub: userId,
        client_id: CLIENT_ID,
        sid: sessionId,
        jti: randomUUID(),
        iat: issuedAt,
        exp: expiresAt,
        roles,
        auth_time: authTime,
        amr,
        cv: claimsVersion,
      })
    },
  }
}

/** Verifies access tokens as RFC 9068 section 4 asks; needs public keys alone. */
export function accessTokenVerifier(
  { issuer, audience }: Parties,
  keys: Pick<Keys, 'publicKeys'>,
): AccessTokenVerifier {
  return {
    async verify(token, now) {
      const known = await keys.publicKeys(kidOf(token))
      const claims = verifyJwt(token, kind, { keys: known, issuer, audience, now })
      if (!claims) return undefined
      const { sub, sid, jti, iat, exp, roles, cv } = claims
      // The claims that RFC 9068 2.2 and our denylist rely on, each of its type.
      if (!isId(sub) || !isId(sid) || !isId(jti) || !isTime(cv)) return undefined
      if (!Array.isArray(roles) || !roles.every((role) => typeof role === 'string')) return undefined
      if (Number(exp) - Number(iat) > LONGEST_ACCESS_TOKEN_SECONDS) return undefined
      return { userId: sub, sessionId: sid, roles, claimsVersion: cv, expiresAt: Number(exp) }
    },
  }
}
