import type { Identity, IdentityWrites } from '../domain/social-ports.ts'
import type { TableNames } from '../domain/table-names.ts'
import { ITEM_VERSION } from './client.ts'
import { identityFields, identityOf } from './identity-items.ts'
import { identitiesOf, identityKey, identityReservationKey, userIdOf } from './item-keys.ts'
import type { Part } from './transaction-parts.ts'

/** The parts of a transaction that add or remove identities. The account's part counts them and moves both versions. */
export function identityParts({ usersTable: TableName }: Pick<TableNames, 'usersTable'>) {
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
  const removal = ({ userId, id }: Pick<Identity, 'userId' | 'id'>) => [
    remove(identityKey(userId, id)),
    remove(identityReservationKey(id)),
  ]
  return {
    addition,

    writes: ({ adds, removes = [] }: IdentityWrites) => [
      ...(adds ? addition(adds) : []),
      ...removes.flatMap(removal),
    ],

    removals: (removed: readonly Identity[]) => removed.flatMap(removal),
  }
}

/** Every identity among all items of a user. */
export const identitiesAmong = (items: readonly Readonly<Record<string, unknown>>[]): Identity[] =>
  items.filter((item) => String(item.sk).startsWith(identitiesOf(userIdOf(item)).prefix)).map(identityOf)
