/**
 * The catalogue of items. `USER#` ids are random and never used again; an e-mail is in its canonical form.
 *
 * | item           | table                  | pk            | sk             | expiresAt                  | read by            |
 * |----------------|------------------------|---------------|----------------|----------------------------|--------------------|
 * | account        | users                  | USER#<id>     | ACCOUNT        | -                          | its user's id      |
 * | e-mail claim   | users                  | EMAIL#<email> | CLAIM          | -                          | the e-mail         |
 * | session        | sessions               | USER#<id>     | SESSION#<sid>  | the family's absolute end  | user and session id |
 * | revoked family | refresh-token-denylist | SESSION#<sid> |                | the family's end + 3900 s  | its session's id   |
 * | revoked claims | refresh-token-denylist | USER#<id>     |                | now + 3900 s               | its user's id      |
 *
 * 3900 s = the longest life of any access token and the skew of clocks. No other file builds a key.
 */
export const accountKey = (userId: string) => ({ pk: `USER#${userId}`, sk: 'ACCOUNT' })
export const emailClaimKey = (email: string) => ({ pk: `EMAIL#${email}`, sk: 'CLAIM' })
export const sessionKey = (userId: string, sessionId: string) => ({
  pk: `USER#${userId}`,
  sk: `SESSION#${sessionId}`,
})
export const revokedFamilyKey = (sessionId: string) => ({ pk: `SESSION#${sessionId}` })
export const revokedClaimsKey = (userId: string) => ({ pk: `USER#${userId}` })
