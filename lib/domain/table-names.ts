// GENERATED from lib/storage/tables.yml by `npm run generate`: do not edit.

/** Each table by the setting that names it. */
export const tables = {
  usersTable: 'users',
  sessionsTable: 'sessions',
  refreshTokenDenylistTable: 'refresh-token-denylist',
} as const

export type Table = (typeof tables)[keyof typeof tables]
export type TableIndex = 'users/listing'
export type TableNames = { readonly [Setting in keyof typeof tables]: string }
