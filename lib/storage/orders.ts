import { DeleteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { MailOrder } from '../domain/mail-orders.ts'
import type { Orders } from '../domain/ports.ts'
import { attempt, type TableNames } from './client.ts'
import { type Check, fieldsOf, oneOf, optional, text, whole } from './items.ts'
import { MAIL_PREFIX, mailOrderKey } from './keys.ts'

type Shape<T extends MailOrder['type']> = Record<
  Exclude<keyof Extract<MailOrder, { type: T }>, 'type'>,
  Check<unknown>
>
const withheld: Check<unknown> = (value) => value === undefined || value === true
const shapes: { readonly [T in MailOrder['type']]: Shape<T> } = {
  signed_up: { userId: text, withheld },
  sign_up_attempted: { email: text, passwordHash: optional(text), withheld },
  verification_requested: { email: text },
  reset_requested: { email: text },
  reset_started: { userId: text },
  email_change_undone: { userId: text },
  email_login_requested: { email: text, challengeHash: text },
  email_change_requested: { userId: text, newEmail: text, epoch: whole },
  new_device: { userId: text, at: whole, device: text, epoch: optional(whole), userAgent: text, ip: text },
  password_changed: { userId: text, at: whole },
  email_changed: { userId: text, at: whole, email: text, newEmail: text },
  token_reused: { userId: text, at: whole },
  account_deleted: { userId: text, at: whole, email: text, by: oneOf('owner', 'administrator') },
}

const isKnown = (type: unknown): type is MailOrder['type'] =>
  typeof type === 'string' && Object.hasOwn(shapes, type)

function orderOf(value: unknown): MailOrder {
  const order = (value ?? {}) as Record<string, unknown>
  if (!isKnown(order.type)) throw new Error('A stored mail order has no usable type')
  return { type: order.type, ...fieldsOf('mail order', order, shapes[order.type]) } as MailOrder
}

/** Orders as the stream of the table of sessions hands them over. */
export function dynamoOrders(
  client: DynamoDBDocumentClient,
  { sessionsTable: TableName }: Pick<TableNames, 'sessionsTable'>,
): Orders {
  return {
    read(record) {
      const { dynamodb } = record as { dynamodb?: { NewImage?: Parameters<typeof unmarshall>[0] } }
      const item = unmarshall(dynamodb?.NewImage ?? {})
      const { pk, expiresAt } = fieldsOf('mail order', item, { pk: text, expiresAt: whole })
      return { id: pk.slice(MAIL_PREFIX.length), order: orderOf(item.order), expiresAt }
    },
    async forget(id) {
      await attempt(() => client.send(new DeleteCommand({ TableName, Key: mailOrderKey(id) })))
    },
  }
}
