import type { Purpose } from '../domain/code-purposes.ts'
import { positionOf } from '../domain/users.ts'

/**
 * The catalogue of items. `USER#` ids are random and never used again; an email is in its canonical form.
 *
 * | item           | table                  | pk            | sk             | expiresAt                  | read by            |
 * |----------------|------------------------|---------------|----------------|----------------------------|--------------------|
 * | account        | users                  | USER#<id>     | ACCOUNT        | keptUntil, if unconfirmed  | its user's id      |
 * | email claim   | users                  | EMAIL#<email> | CLAIM          | as its account's           | the email         |
 * | session        | sessions               | USER#<id>     | SESSION#<sid>  | the family's absolute end  | user and session id |
 * | former email  | users                  | USER#<id>     | FORMER_EMAIL   | keptUntil: 7 days          | its user's id      |
 * | one-time code  | sessions               | USER#<id>     | CODE#<purpose> | the code's end             | user and purpose   |
 * | counter        | sessions               | LIMIT#<id>    | <window>       | the window's end           | limit and subject  |
 * | attempts          | sessions               | LIMIT#<id>    | TRIES          | a day after the last       | limit and subject  |
 * | email job     | sessions               | MAIL#<id>     | ORDER          | an hour after it was left  | the table's stream |
 * | revoked family | refresh-token-denylist | SESSION#<sid> |                | the family's end + 3900 s  | its session's id   |
 * | revoked claims | refresh-token-denylist | USER#<id>     |                | now + 3900 s               | its user's id      |
 * | administrators | users                  | ADMINISTRATORS | ADMINISTRATORS | -                          | its one key        |
 *
 * An email claim has `keptUntil` too, while it is a former email's: the one attribute by which TTL takes from `users`. An
 * account and its claim have it from the sign-up on, where emails must be confirmed, until somebody confirms.
 * `LIMIT#<id>` is a limit's name and a keyedHash of whom it counts.
 *
 * An account also stands in the index `listing` of its table, under `listShard` (a hash of the id, so that no partition
 * takes every sign-up) and `listKey` (when it was created, and the id).
 *
 * 3900 s = the longest life of any access token and the skew of clocks. No other file builds a key.
 */
export const accountKey = (userId: string) => ({ pk: `USER#${userId}`, sk: 'ACCOUNT' })
/** Whose account an item is. */
export const userIdOf = ({ pk }: { readonly pk?: unknown }): string => String(pk).slice('USER#'.length)
export const emailReservationKey = (email: string) => ({ pk: `EMAIL#${email}`, sk: 'CLAIM' })
export const sessionKey = (userId: string, sessionId: string) => ({
  pk: `USER#${userId}`,
  sk: `SESSION#${sessionId}`,
})
/** Every session of a user. */
export const sessionsOf = (userId: string) => ({ pk: `USER#${userId}`, prefix: 'SESSION#' })
/** Sessions and codes of a user. */
export const everythingOf = (userId: string) => ({ pk: `USER#${userId}`, prefix: '' })
export const codeKey = (userId: string, purpose: Purpose) => ({ pk: `USER#${userId}`, sk: `CODE#${purpose}` })
export const formerEmailKey = (userId: string) => ({ pk: `USER#${userId}`, sk: 'FORMER_EMAIL' })
export const windowKey = (id: string, start: number) => ({ pk: `LIMIT#${id}`, sk: String(start) })
export const attemptsKey = (id: string) => ({ pk: `LIMIT#${id}`, sk: 'ATTEMPTS' })
export const MAIL_PREFIX = 'MAIL#'
export const emailJobKey = (id: string) => ({ pk: `${MAIL_PREFIX}${id}`, sk: 'ORDER' })
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
