import { randomUUID } from 'node:crypto'
import type { Identity, IdentityWrites, Revocation } from '../domain/social-ports.ts'
import type { TableNames } from '../domain/table-names.ts'
import { ITEM_VERSION } from './client.ts'
import { identityFields, identityOf } from './identity-items.ts'
import { identitiesOf, identityKey, identityReservationKey, revocationKey, userIdOf } from './item-keys.ts'
import type { Part } from './transaction-parts.ts'

/** The parts of a transaction that add or remove identities. The account's part counts them and moves both versions. */
export function identityParts({
  usersTable: TableName,
  sessionsTable,
}: Pick<TableNames, 'usersTable' | 'sessionsTable'>) {
  const put = (key: object, item: object): readonly [Part, 'identity_taken'] => [
    {
      Put: {
        TableName,
        Item: { ...key, ...item, v: ITEM_VERSION },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    },
    'identity_taken',
  ]
  const remove = (Key: Record<string, string>): readonly [Part, 'version_conflict'] => [
    { Delete: { TableName, Key } },
    'version_conflict',
  ]
  /** The reservation is first: the identity may belong to another account. */
  const addition = (identity: Identity) => [
    put(identityReservationKey(identity.id), { userId: identity.userId }),
    put(identityKey(identity.userId, identity.id), identityFields(identity)),
  ]
  /** Leaves a job if a token must be revoked at the provider: in this transaction, so that no removal forgets it. */
  const removal = ({ userId, id, provider, subject, sealedRefreshToken }: Identity, until: number) => [
    remove(identityKey(userId, id)),
    remove(identityReservationKey(id)),
    ...(sealedRefreshToken ? [leaveJob({ provider, subject, sealedRefreshToken }, until)] : []),
  ]
  const leaveJob = (job: Revocation, expiresAt: number): readonly [Part, 'version_conflict'] => [
    {
      Put: {
        TableName: sessionsTable,
        Item: { ...revocationKey(randomUUID()), job, expiresAt, v: ITEM_VERSION },
      },
    },
    'version_conflict',
  ]
  return {
    addition,

    /** `until`: when the jobs expire that are left. */
    writes: ({ adds, removes = [] }: IdentityWrites, until: number) => [
      ...(adds ? addition(adds) : []),
      ...removes.flatMap((identity) => removal(identity, until)),
    ],

    /** Removes every identity among all items of a user, for the deletion of the account. */
    removals: (items: readonly Readonly<Record<string, unknown>>[], until: number) =>
      items
        .filter((item) => String(item.sk).startsWith(identitiesOf(userIdOf(item)).prefix))
        .flatMap((item) => removal(identityOf(item), until)),
  }
}
