import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda'
import type { SecurityEvents } from '../domain/events.ts'
import type { MailOrder } from '../domain/mail-orders.ts'
import type { Orders } from '../domain/ports.ts'
import { describeError, log } from '../log.ts'
import { type Core, eventsOf, type Factories, type Made, overParts } from './parts.ts'

type Deliverer = (event: DynamoDBStreamEvent, context: Context) => Promise<DynamoDBBatchResponse>

/**
 * Makes the function that a table's stream hands its mail orders to, oldest first. One that fails ends the batch, and the
 * stream hands it over again with what is behind it; what is no order, or too old to be of use, is left out.
 */
export function deliverer<const F extends Factories & { readonly orders: () => Orders }>(
  factories: F,
  fulfil: (parts: Made<F> & Core & { readonly events: SecurityEvents }, order: MailOrder) => Promise<void>,
): Deliverer & { over(parts: Made<F> & Core): Deliverer } {
  const build =
    (parts: () => Made<F> & Core): Deliverer =>
    async ({ Records }, { awsRequestId: requestId }) => {
      const events = eventsOf({ actor: 'system', requestId })
      for (const record of Records) {
        try {
          const given = parts()
          const left = readOrder(given.orders, record, requestId)
          if (!left || left.expiresAt <= given.clock.now()) continue
          await fulfil({ ...given, events }, left.order)
          // It is mailed: handed over again, it would be mailed again. What is not taken off expires.
          await given.orders.forget(left.id).catch((error: unknown) => {
            log('info', { type: 'mail.order_left', requestId, error: describeError(error) })
          })
        } catch (error) {
          log('error', { type: 'mail.failed', requestId, error: describeError(error) })
          return { batchItemFailures: [{ itemIdentifier: record.dynamodb?.SequenceNumber ?? '' }] }
        }
      }
      return { batchItemFailures: [] }
    }
  return overParts(factories, build)
}

/** Handing it over again would not make it an order. */
function readOrder(
  orders: Orders,
  record: unknown,
  requestId: string,
): ReturnType<Orders['read']> | undefined {
  try {
    return orders.read(record)
  } catch (error) {
    log('error', { type: 'mail.not_an_order', requestId, error: describeError(error) })
    return undefined
  }
}
