import type { Purpose } from '../domain/code-purposes.ts'
import { positionOf } from '../domain/users.ts'

/**
 * The catalogue of items. `USER#` ids are random and never reused; emails are canonical.
 *
 * | item              | table                  | pk             | sk             | expiresAt                  | read by             |
 * |-------------------|------------------------|----------------|----------------|----------------------------|---------------------|
 * | account           | users                  | USER#<id>      | ACCOUNT        | `keptUntil`, if unverified | user id             |
 * | email reservation | users                  | EMAIL#<email>  | RESERVATION    | `keptUntil`, see below     | email               |
 * | former email      | users                  | USER#<id>      | FORMER_EMAIL   | `keptUntil`: 7 days        | user id             |
 * | administrators    | users                  | ADMINISTRATORS | ADMINISTRATORS | -                          | its only key        |
 * | session           | sessions               | USER#<id>      | SESSION#<sid>  | absolute end of the family | user and session id |
 * | TOTP              | users                  | USER#<id>      | TOTP           | -                          | user id             |
 * | recovery codes    | users                  | USER#<id>      | RECOVERY_CODES | -                          | user id             |
 * | passkey           | users                  | USER#<id>      | PASSKEY#<hash> | -                          | user and passkey id |
 * | undo of a factor  | users                  | USER#<id>      | FACTOR_UNDO#<hash> | `keptUntil`: 7 days    | user id and token   |
 * | passkey's reservation | users              | CREDENTIAL#<hash> | RESERVATION | -                          | passkey id          |
 * | identity          | users                  | USER#<id>      | IDENTITY#<iid> | -                          | user and identity id |
 * | identity's reservation | users             | IDENTITY#<iid> | RESERVATION    | -                          | identity id         |
 * | pending TOTP      | sessions               | USER#<id>      | PENDING_TOTP   | creation + 10 minutes      | user id             |
 * | auth session      | sessions               | USER#<id>      | AUTH#<hash>    | creation + 10 minutes      | user id and token   |
 * | spent challenge   | sessions               | CHALLENGE#<hash> | SPENT        | expiry of the challenge    | its key             |
 * | one-time code     | sessions               | USER#<id>      | CODE#<purpose> | expiry of the code         | user id and purpose |
 * | social flow       | sessions               | FLOW#<hash>    | FLOW           | creation + 10 minutes      | `state`             |
 * | link ticket       | sessions               | LINK_TICKET#<hash> | TICKET     | creation + 1 minute        | ticket              |
 * | social result     | sessions               | SOCIAL_RESULT#<hash> | RESULT   | creation + 1 minute        | code                |
 * | link session      | sessions               | LINK_SESSION#<hash> | LINK_SESSION | creation + 10 minutes   | token               |
 * | counter           | sessions               | LIMIT#<id>     | <window>       | end of the window          | limit and subject   |
 * | attempts          | sessions               | LIMIT#<id>     | ATTEMPTS       | last attempt + 1 day       | limit and subject   |
 * | revocation job    | sessions               | REVOCATION#<id> | JOB           | removal of the identity + 3900 s | stream of the table |
 * | email job         | sessions               | MAIL#<id>      | JOB            | creation + 1 hour          | stream of the table |
 * | revoked family    | refresh-token-denylist | SESSION#<sid>  |                | end of the family + 3900 s | session id          |
 * | revoked claims    | refresh-token-denylist | USER#<id>      |                | revocation + 3900 s        | user id             |
 *
 * `keptUntil` is the TTL attribute of `users`. A former email and its reservation have it while the change can be undone. If sign-up
 * requires verification, an unverified account and its reservation have it. A verified account never has it.
 *
 * `<iid>` is the SHA-256 of the issuer and the subject. An identity belongs to one account. The keys of a social login on its way are the
 * SHA-256 of a random value of 256 bits.
 *
 * `LIMIT#<id>` is the name of a limit and a keyed hash of its subject.
 *
 * The index `listing` of `users` contains each account under `listShard` and `listKey`. `listShard` is a hash of the id, which spreads
 * sign-ups over several partitions. `listKey` is the time of creation and the id.
 *
 * 3900 s are the longest life of an access token and the clock skew. Only this file builds keys; a store of user data uses `userKey`.
 */

/** The key of an item that belongs to a user, in any table. */
export const userKey = (userId: string, sk: string) => ({ pk: `USER#${userId}`, sk })
export const accountKey = (userId: string) => userKey(userId, 'ACCOUNT')
/** The user id of an account item. */
export const userIdOf = ({ pk }: { readonly pk?: unknown }): string => String(pk).slice('USER#'.length)
export const emailReservationKey = (email: string) => ({ pk: `EMAIL#${email}`, sk: 'RESERVATION' })
export const sessionKey = (userId: string, sessionId: string) => userKey(userId, `SESSION#${sessionId}`)
/** Key range of a user's sessions. */
export const sessionsOf = (userId: string) => ({ pk: `USER#${userId}`, prefix: 'SESSION#' })
/** Key range of all items of a user in a table. */
export const everythingOf = (userId: string) => ({ pk: `USER#${userId}`, prefix: '' })
export const codeKey = (userId: string, purpose: Purpose) => userKey(userId, `CODE#${purpose}`)
export const totpKey = (userId: string) => userKey(userId, 'TOTP')
export const recoveryCodesKey = (userId: string) => userKey(userId, 'RECOVERY_CODES')
/** `<hash>` is the SHA-256 of the credential id. A credential belongs to one account. */
export const factorUndoKey = (userId: string, tokenHash: string) =>
  userKey(userId, `FACTOR_UNDO#${tokenHash}`)
export const passkeyKey = (userId: string, passkeyId: string) => userKey(userId, `PASSKEY#${passkeyId}`)
export const credentialKey = (passkeyId: string) => ({ pk: `CREDENTIAL#${passkeyId}`, sk: 'RESERVATION' })
/** Key range of a user's passkeys. */
export const passkeysOf = (userId: string) => ({ pk: `USER#${userId}`, prefix: 'PASSKEY#' })
export const identityKey = (userId: string, identityId: string) => userKey(userId, `IDENTITY#${identityId}`)
export const identityReservationKey = (identityId: string) => ({
  pk: `IDENTITY#${identityId}`,
  sk: 'RESERVATION',
})
/** Key range of a user's identities. */
export const identitiesOf = (userId: string) => ({ pk: `USER#${userId}`, prefix: 'IDENTITY#' })
export const flowKey = (stateHash: string) => ({ pk: `FLOW#${stateHash}`, sk: 'FLOW' })
export const linkTicketKey = (ticketHash: string) => ({ pk: `LINK_TICKET#${ticketHash}`, sk: 'TICKET' })
export const socialResultKey = (codeHash: string) => ({ pk: `SOCIAL_RESULT#${codeHash}`, sk: 'RESULT' })
export const linkSessionKey = (tokenHash: string) => ({
  pk: `LINK_SESSION#${tokenHash}`,
  sk: 'LINK_SESSION',
})
export const pendingTotpKey = (userId: string) => userKey(userId, 'PENDING_TOTP')
export const authSessionKey = (userId: string, tokenHash: string) => userKey(userId, `AUTH#${tokenHash}`)
export const spentChallengeKey = (challengeHash: string) => ({
  pk: `CHALLENGE#${challengeHash}`,
  sk: 'SPENT',
})
export const formerEmailKey = (userId: string) => userKey(userId, 'FORMER_EMAIL')
export const windowKey = (id: string, start: number) => ({ pk: `LIMIT#${id}`, sk: String(start) })
export const attemptsKey = (id: string) => ({ pk: `LIMIT#${id}`, sk: 'ATTEMPTS' })
export const MAIL_PREFIX = 'MAIL#'
export const emailJobKey = (id: string) => ({ pk: `${MAIL_PREFIX}${id}`, sk: 'JOB' })
export const REVOCATION_PREFIX = 'REVOCATION#'
export const revocationKey = (id: string) => ({ pk: `${REVOCATION_PREFIX}${id}`, sk: 'JOB' })
export const revokedFamilyKey = (sessionId: string) => ({ pk: `SESSION#${sessionId}` })
export const revokedClaimsKey = (userId: string) => ({ pk: `USER#${userId}` })
/** One item with the ids of all active administrators, which protects the last of them. */
export const administratorsKey = { pk: 'ADMINISTRATORS', sk: 'ADMINISTRATORS' }

const LIST_SHARDS = 8
export const listShards = Array.from({ length: LIST_SHARDS }, (_, shard) => `LIST#${shard}`)
export const listingKey = ({ id, createdAt }: { id: string; createdAt: string }) => ({
  listShard: listShards[Number.parseInt(id.slice(0, 2), 16) % LIST_SHARDS],
  listKey: positionOf({ id, createdAt }),
})
