import { DeleteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { Revocations } from '../domain/social-ports.ts'
import type { TableNames } from '../domain/table-names.ts'
import { withRetries } from './client.ts'
import { fieldsOf, shaped, text, whole } from './item-checks.ts'
import { REVOCATION_PREFIX, revocationKey } from './item-keys.ts'

const isRevocation = shaped({ provider: text, subject: text, sealedRefreshToken: text })

/** Jobs to revoke a token, from the stream of the session table. `identity-parts.ts` leaves them. */
export function dynamoRevocations(
  client: DynamoDBDocumentClient,
  { sessionsTable: TableName }: Pick<TableNames, 'sessionsTable'>,
): Revocations {
  return {
    read(record) {
      const { dynamodb } = record as { dynamodb?: { NewImage?: Parameters<typeof unmarshall>[0] } }
      const item = unmarshall(dynamodb?.NewImage ?? {})
      const { pk, ...fields } = fieldsOf('revocation', item, {
        pk: text,
        job: isRevocation,
        expiresAt: whole,
      })
      return { id: pk.slice(REVOCATION_PREFIX.length), ...fields }
    },
    async forget(id) {
      await withRetries(() => client.send(new DeleteCommand({ TableName, Key: revocationKey(id) })))
    },
  }
}
