import * as z from 'zod/mini'
import { type UserTable, userTables } from '../domain/user-data.ts'

/** What an export of a user reads, in addition to the account and the sessions. */
export const exportNeeds = userTables.map((table) => `${table}:Query` as const)

/** What a deletion of a user reads and deletes, in addition to the account and the sessions. */
export const deletionNeeds = userTables.flatMap(
  (table) => [`${table}:Query`, `${table}:BatchWriteItem`] as const,
)

const exportedItems = z.readonly(z.array(z.looseObject({})))

/** The items of each table of user data in an export. Their stores decide what they show. */
export const exportedUserData = Object.fromEntries(
  userTables.map((table) => [table, exportedItems]),
) as Record<UserTable, typeof exportedItems>
