import { randomUUID } from 'node:crypto'
import { deviceOf } from './devices.ts'
import type { Seconds } from './lifetimes.ts'
import type { Client } from './ports.ts'
import { type Account, noFactors } from './users.ts'

/** An account as it begins: a user without factors, in the first version. */
export const newAccount = ({
  client,
  now,
  ...fields
}: { readonly client: Client; readonly now: Seconds } & Pick<
  Account,
  'email' | 'name' | 'locale' | 'emailVerified' | 'passwordHash' | 'identities' | 'keptUntil'
>): Account => ({
  id: randomUUID(),
  roles: ['user'],
  createdAt: new Date(now * 1000).toISOString(),
  status: 'active',
  claimsVersion: 1,
  sessionVersion: 1,
  devices: [deviceOf(client)],
  factors: noFactors,
  ...fields,
})
