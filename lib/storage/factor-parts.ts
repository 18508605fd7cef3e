import type { FactorWrites } from '../domain/factor-ports.ts'
import type { NotChanged } from '../domain/ports.ts'
import type { TableNames } from '../domain/table-names.ts'
import { ITEM_VERSION } from './client.ts'
import { passkeyOf } from './factor-items.ts'
import {
  credentialKey,
  factorUndoKey,
  passkeyKey,
  passkeysOf,
  pendingTotpKey,
  recoveryCodesKey,
  totpKey,
  userIdOf,
} from './item-keys.ts'
import type { Guarded } from './transaction-parts.ts'

/** The parts of a transaction that add or remove the items of factors. The account's part moves both versions. */
export function factorParts({ usersTable, sessionsTable }: Pick<TableNames, 'usersTable' | 'sessionsTable'>) {
  const put = (
    key: object,
    item: object,
    otherwise: NotChanged = 'version_conflict',
    ConditionExpression?: string,
  ): Guarded => [
    {
      Put: {
        TableName: usersTable,
        Item: { ...key, ...item, v: ITEM_VERSION },
        ...(ConditionExpression && { ConditionExpression }),
      },
    },
    otherwise,
  ]
  const remove = (Key: Record<string, string>): Guarded => [
    { Delete: { TableName: usersTable, Key } },
    'version_conflict',
  ]
  return {
    /** Removes every factor among all items of a user, for the deletion of the account. */
    removals(items: readonly Readonly<Record<string, unknown>>[]): Guarded[] {
      return items.flatMap((item) => {
        const { userId, sk } = { userId: userIdOf(item), sk: String(item.sk) }
        if (!sk.startsWith(passkeysOf(userId).prefix))
          return [totpKey(userId), recoveryCodesKey(userId)].filter((key) => key.sk === sk).map(remove)
        const { id } = passkeyOf(item)
        return [remove(passkeyKey(userId, id)), remove(credentialKey(id))]
      })
    },

    writes(userId: string, writes: FactorWrites): Guarded[] {
      const { totp, confirms, recoveryCodes, addsPasskey, removesPasskeys = [], redeemsUndo } = writes
      const parts: Guarded[] = []
      if (totp) parts.push(totp === 'removed' ? remove(totpKey(userId)) : put(totpKey(userId), totp))
      if (confirms)
        parts.push([
          {
            Delete: {
              TableName: sessionsTable,
              Key: pendingTotpKey(userId),
              ConditionExpression: 'enrolmentId = :id',
              ExpressionAttributeValues: { ':id': confirms.enrolmentId },
            },
          },
          'version_conflict',
        ])
      if (recoveryCodes)
        parts.push(
          recoveryCodes === 'removed'
            ? remove(recoveryCodesKey(userId))
            : put(recoveryCodesKey(userId), { ...recoveryCodes, hashes: new Set(recoveryCodes.hashes) }),
        )
      if (addsPasskey) {
        const isNew = 'attribute_not_exists(pk)'
        parts.push(
          // First: the credential may belong to another account.
          put(credentialKey(addsPasskey.id), { userId }, 'passkey_exists', isNew),
          put(passkeyKey(userId, addsPasskey.id), addsPasskey, 'passkey_exists', isNew),
        )
      }
      if (redeemsUndo)
        parts.push([
          {
            Delete: {
              TableName: usersTable,
              Key: factorUndoKey(userId, redeemsUndo.tokenHash),
              ConditionExpression: 'attribute_exists(pk)',
            },
          },
          'version_conflict',
        ])
      for (const { id } of removesPasskeys)
        parts.push(remove(passkeyKey(userId, id)), remove(credentialKey(id)))
      return parts
    },
  }
}
