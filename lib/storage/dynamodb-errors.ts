import type { unmarshall } from '@aws-sdk/util-dynamodb'
import { isTransient } from '../aws-errors.ts'

/** The fields of the SDK's exceptions that are examined. */
interface Failure {
  readonly name?: string
  readonly code?: string
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly CancellationReasons?: readonly { readonly Code?: string }[]
}

/** The reasons why a transaction was cancelled: a code for each item, in order. */
export const reasonsOf = (error: unknown): string[] =>
  ((error as Failure).CancellationReasons ?? []).map(({ Code = '' }) => Code)

const codesOf = (error: unknown) => [(error as Failure).name ?? '', ...reasonsOf(error)]

/** Whether DynamoDB's error is transient: alone, or as the reason of a cancelled transaction. */
export const isUnavailable = (error: unknown) => {
  const { code = '', $metadata } = error as Failure
  return codesOf(error).some((name) => isTransient({ name, code, status: $metadata?.httpStatusCode }))
}

/** Another transaction holds an item. This says nothing about the condition, so it means neither "taken" nor "theft". */
export function isTransactionConflict(error: unknown): boolean {
  const codes = codesOf(error)
  return (
    codes.some((code) => code.startsWith('TransactionConflict')) && !codes.includes('ConditionalCheckFailed')
  )
}

/** The condition of a single write failed; `Item` is the existing item, if the write asked for it. */
export function isConditionFailed(
  error: unknown,
): error is Error & { Item?: Parameters<typeof unmarshall>[0] } {
  return (error as Failure).name === 'ConditionalCheckFailedException'
}
