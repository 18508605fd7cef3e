import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb'
import type { SocialStore } from '../domain/social-ports.ts'
import type { TableNames } from '../domain/table-names.ts'
import { ITEM_VERSION, unlessConditionFails, withRetries } from './client.ts'
import { flowKey, linkSessionKey, linkTicketKey, socialResultKey } from './item-keys.ts'
import {
  flowOf,
  linkCodeFields,
  linkSessionFields,
  linkSessionOf,
  resultFields,
  resultOf,
  ticketOf,
} from './social-items.ts'

type Item = Readonly<Record<string, unknown>>
type Key = Record<string, string>

/** Social logins on their way: an item each, under the hash of a random value that only its owner has. */
export function dynamoSocial(
  client: DynamoDBDocumentClient,
  { sessionsTable: TableName }: Pick<TableNames, 'sessionsTable'>,
): SocialStore {
  const put = async (key: Key, fields: object): Promise<void> => {
    const Item = { ...key, ...fields, v: ITEM_VERSION }
    await withRetries(() => client.send(new PutCommand({ TableName, Item })))
  }
  const find = async <T>(Key: Key, of: (item: Item) => T): Promise<T | undefined> => {
    const command = new GetCommand({ TableName, Key, ConsistentRead: true })
    const { Item } = await withRetries(() => client.send(command))
    return Item && of(Item)
  }
  /**
   * Deletes and returns an item in one write. Only the condition makes it once: without one, DynamoDB Local answers parallel calls with
   * the same old item.
   */
  const take = async <T>(Key: Key, of: (item: Item) => T): Promise<T | undefined> => {
    const command = new DeleteCommand({
      TableName,
      Key,
      ConditionExpression: 'attribute_exists(pk)',
      ReturnValues: 'ALL_OLD',
    })
    const answer = await unlessConditionFails(() => client.send(command))
    return answer?.Attributes && of(answer.Attributes)
  }
  /** Returns the changed item; `undefined` if it is gone, or if another condition of `change` does not hold. */
  const update = async (
    Key: Key,
    change: Pick<
      UpdateCommandInput,
      'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeNames'
    > & {
      readonly ExpressionAttributeValues: Item
    },
  ): Promise<Item | undefined> => {
    const ConditionExpression = 'attribute_exists(pk)'
    const command = new UpdateCommand({
      TableName,
      Key,
      ConditionExpression,
      ...change,
      ReturnValues: 'ALL_NEW',
    })
    return (await unlessConditionFails(() => client.send(command)))?.Attributes
  }

  return {
    putFlow: (flow) => put(flowKey(flow.stateHash), flowOf({ ...flow })),
    findFlow: (stateHash) => find(flowKey(stateHash), flowOf),
    takeFlow: (stateHash) => take(flowKey(stateHash), flowOf),
    async nameFlow(stateHash, name) {
      await update(flowKey(stateHash), {
        UpdateExpression: 'SET #name = :name',
        ExpressionAttributeNames: { '#name': 'name' },
        ExpressionAttributeValues: { ':name': name },
      })
    },

    putTicket: (ticket) => put(linkTicketKey(ticket.ticketHash), ticketOf({ ...ticket })),
    takeTicket: (ticketHash) => take(linkTicketKey(ticketHash), ticketOf),

    putResult: (result) => put(socialResultKey(result.codeHash), resultFields(result)),
    takeResult: (codeHash) => take(socialResultKey(codeHash), resultOf),

    putLinkSession: (session) => put(linkSessionKey(session.tokenHash), linkSessionFields(session)),
    findLinkSession: (tokenHash) => find(linkSessionKey(tokenHash), linkSessionOf),
    async putLinkCode(tokenHash, code) {
      const stored = await update(linkSessionKey(tokenHash), {
        UpdateExpression: 'SET code = :code',
        ExpressionAttributeValues: { ':code': linkCodeFields(code) },
      })
      return stored !== undefined
    },
    async attemptLinkCode(tokenHash, most, now) {
      const counted = await update(linkSessionKey(tokenHash), {
        UpdateExpression: 'SET code.attempts = code.attempts + :one',
        ConditionExpression: 'code.attempts < :most AND code.expiresAt > :now AND expiresAt > :now',
        ExpressionAttributeValues: { ':one': 1, ':most': most, ':now': now },
      })
      return counted && linkSessionOf(counted)
    },
  }
}
