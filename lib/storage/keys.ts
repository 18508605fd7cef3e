import { positionOf } from '../domain/users.ts'

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
 * | administrators | users                  | ADMINISTRATORS | ADMINISTRATORS | -                          | its one key        |
 *
 * An account also stands in the index `listing` of its table, under `listShard` (a hash of the id, so that no partition
 * takes every sign-up) and `listKey` (when it was created, and the id).
 *
 * 3900 s = the longest life of any access token and the skew of clocks. No other file builds a key.
 */
export const accountKey = (userId: string) => ({ pk: `USER#${userId}`, sk: 'ACCOUNT' })
/** Whose account an item is. */
export const userIdOf = ({ pk }: { readonly pk?: unknown }): string => String(pk).slice('USER#'.length)
export const emailClaimKey = (email: string) => ({ pk: `EMAIL#${email}`, sk: 'CLAIM' })
export const sessionKey = (userId: string, sessionId: string) => ({
  pk: `USER#${userId}`,
  sk: `SESSION#${sessionId}`,
})
/** Every session of a user. */
export const sessionsOf = (userId: string) => ({ pk: `USER#${userId}`, prefix: 'SESSION#' })
export const revokedFamilyKey = (sessionId: string) => ({ pk: `SESSION#${sessionId}` })
export const revokedClaimsKey = (userId: string) => ({ pk: `USER#${userId}` })
/** One item with the ids of all active administrators: what guards the last of them. */
export const administratorsKey = { pk: 'ADMINISTRATORS', sk: 'ADMINISTRATORS' }

const LIST_SHARDS = 8
export const listShards = Array.from({ length: LIST_SHARDS }, (_, shard) => `USERS#${shard}`)
export const listingKey = ({ id, createdAt }: { id: string; createdAt: string }) => ({
  listShard: listShards[Number.parseInt(id.slice(0, 2), 16) % LIST_SHARDS],
  listKey: positionOf({ id, createdAt }),
})
