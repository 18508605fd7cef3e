import { randomUUID } from 'node:crypto'
import { LONGEST_ACCESS_TOKEN_SECONDS } from '../domain/lifetimes.ts'
import type { AccessTokenIssuer, AccessTokenVerifier } from '../domain/ports.ts'
import { isId, isTime, kidOf, type TokenKind, verifyJwt } from './jwt.ts'
import { signJwt } from './jwt-signing.ts'
import type { Keys } from './keys.ts'

/** RFC 9068. API Gateway's own JWT authorizer accepts only the RS256 family, so other APIs can verify our tokens with it. */
const kind: TokenKind = { algorithm: 'RS256', typ: 'at+jwt' }

/**
 * The client that a token was issued to, which RFC 9068 2.2 requires. Clients do not register, so all have the same id. It
 * never looks like a user id (section 5). Our verifier does not check it, because no decision depends on it.
 */
const CLIENT_ID = 'first-party'

interface Parties {
  readonly issuer: string
  readonly audience: string
}

/** Issues access tokens of RFC 9068 section 2, with the current signing key. */
export function accessTokenIssuer(
  { issuer, audience }: Parties,
  keys: Pick<Keys, 'signingKey'>,
): AccessTokenIssuer {
  return {
    async ready() {
      await keys.signingKey()
    },
    async issue({ userId, sessionId, roles, withheldRoles, claimsVersion, issuedAt, expiresAt, ...proven }) {
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
        ...(withheldRoles.length > 0 && { withheld_roles: withheldRoles }),
        auth_time: proven.authTime,
        amr: proven.amr,
        acr: proven.acr,
        cv: claimsVersion,
      })
    },
  }
}

/** Verifies access tokens by RFC 9068 section 4; needs only public keys. */
export function accessTokenVerifier(
  { issuer, audience }: Parties,
  keys: Pick<Keys, 'publicKeys'>,
): AccessTokenVerifier {
  return {
    async verify(token, now) {
      const known = await keys.publicKeys(kidOf(token))
      const claims = verifyJwt(token, kind, { keys: known, issuer, audience, now })
      if (!claims) return undefined
      const { sub, sid, jti, iat, exp, roles, withheld_roles: withheldRoles, cv, acr } = claims
      const authTime = claims.auth_time
      // Check the type of every claim that RFC 9068 2.2 and our denylist rely on.
      if (!isId(sub) || !isId(sid) || !isId(jti) || !isTime(cv)) return undefined
      // 0 is the time of a login at a provider that does not say when it was: never a fresh one.
      if (authTime !== 0 && !isTime(authTime)) return undefined
      if (!isTexts(roles) || (withheldRoles !== undefined && !isTexts(withheldRoles))) return undefined
      if (Number(exp) - Number(iat) > LONGEST_ACCESS_TOKEN_SECONDS) return undefined
      // Tokens of earlier versions have no level.
      const level = acr === 'aal2' ? acr : 'aal1'
      return {
        userId: sub,
        sessionId: sid,
        roles,
        ...(withheldRoles && { withheldRoles }),
        claimsVersion: cv,
        expiresAt: Number(exp),
        authTime,
        acr: level,
      }
    },
  }
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string')
