import { type Table, tables } from './table-names.ts'

/** Tables without user data of their own: accounts and sessions have rules of their own, and the denylist only has ids. */
const others = ['users', 'sessions', 'refresh-token-denylist'] as const satisfies readonly Table[]

/** A table whose items belong to users. Each needs a store in `UserData` (`ports.ts`). */
export type UserTable = Exclude<Table, (typeof others)[number]>

export const userTables = Object.values(tables).filter(
  (table): table is UserTable => !others.some((other) => other === table),
)
