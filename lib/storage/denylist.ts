import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { Denylist } from '../domain/ports.ts'
import type { TableNames } from '../domain/table-names.ts'
import { readTogether } from './client.ts'
import { fieldsOf, whole } from './item-checks.ts'
import { revokedClaimsKey, revokedFamilyKey } from './item-keys.ts'

/** Reads revoked token families and claims versions in one consistent round trip. */
export function dynamoDenylist(
  client: DynamoDBDocumentClient,
  { refreshTokenDenylistTable: table }: Pick<TableNames, 'refreshTokenDenylistTable'>,
): Denylist {
  return {
    // An expired entry that TTL has not removed still denies: every token that it affects has expired too.
    async denies({ userId, sessionId, claimsVersion }) {
      const [family, claims] = await readTogether(client, [
        { table, key: revokedFamilyKey(sessionId) },
        { table, key: revokedClaimsKey(userId) },
      ])
      if (family) return true
      if (!claims) return false
      return (
        claimsVersion < fieldsOf('denylist entry', claims, { lowestClaimsVersion: whole }).lowestClaimsVersion
      )
    },
  }
}
