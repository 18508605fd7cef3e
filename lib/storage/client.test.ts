import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { tableNamesOf } from '../../tools/deploy/settings.ts'
import { newAccount } from '../../tools/testing/accounts.ts'
import { runWithSignal } from '../domain/invocation-signal.ts'
import { readTogether, withRetries } from './client.ts'
import { dynamoSessions } from './sessions.ts'
import { dynamoUsers } from './users.ts'

const nothingEnds = { now: () => 0 }

const tables = tableNamesOf('test')
const named = (name: string, more: object = {}) =>
  Object.assign(new Error(`${name}, said DynamoDB`), { name, ...more })
const cancelled = (...codes: string[]) =>
  named('TransactionCanceledException', { CancellationReasons: codes.map((Code) => ({ Code })) })

/** A client with one answer for each call, the last for all further ones. No local engine raises conflicts. */
function clientThat(...answers: readonly (Error | object)[]) {
  let calls = 0
  const send = jest.fn(async () => {
    const answer = answers[Math.min(calls++, answers.length - 1)]
    if (answer instanceof Error) throw answer
    return answer
  })
  return { client: { send } as unknown as DynamoDBDocumentClient, send }
}

describe('a call of DynamoDB', () => {
  it.each<[string, Error]>([
    ['throttling', named('ThrottlingException')],
    ['a throttled table', named('ProvisionedThroughputExceededException')],
    ['a throttled account', named('RequestLimitExceeded')],
    ['a time-out', named('TimeoutError')],
    ['a fault of the service', named('InternalServerError', { $metadata: { httpStatusCode: 500 } })],
    ['a refused connection', named('Error', { code: 'ECONNREFUSED' })],
    ['a busy name server', named('Error', { code: 'EAI_AGAIN' })],
    ['an answer cut short', named('Error', { code: 'ERR_STREAM_PREMATURE_CLOSE' })],
    ['a broken connection', named('Error', { code: 'ECONNRESET' })],
    ['throttling within a transaction', cancelled('None', 'ThrottlingError')],
    ['a throttled table within a transaction', cancelled('ProvisionedThroughputExceeded', 'None')],
    ['a transaction in progress', named('TransactionInProgressException')],
  ])('that meets %s is unavailable', async (_, error) => {
    await expect(withRetries(() => Promise.reject(error))).rejects.toMatchObject({
      code: 'unavailable',
      cause: error,
    })
  })

  it.each<[string, Error]>([
    ['a missing permission', named('AccessDeniedException', { $metadata: { httpStatusCode: 400 } })],
    ['a missing table', named('ResourceNotFoundException', { $metadata: { httpStatusCode: 400 } })],
    ['a wrong request', named('ValidationException', { $metadata: { httpStatusCode: 400 } })],
    ['no credentials', named('CredentialsProviderError')],
    ['an error of our own', new TypeError('x is not a function')],
    ['an error of Node itself', named('TypeError', { code: 'ERR_INVALID_ARG_TYPE' })],
  ])('that meets %s fails at once, because waiting would not help', async (_, error) => {
    await expect(withRetries(() => Promise.reject(error))).rejects.toBe(error)
  })

  it('that meets another transaction is repeated, five attempts at most', async () => {
    const passes = clientThat(
      cancelled('None', 'TransactionConflict'),
      named('TransactionConflictException'),
      { Item: {} },
    )
    expect(await withRetries(() => passes.client.send({} as never))).toEqual({ Item: {} })
    expect(passes.send).toHaveBeenCalledTimes(3)

    const stays = clientThat(named('TransactionConflictException'))
    await expect(withRetries(() => stays.client.send({} as never))).rejects.toMatchObject({
      code: 'unavailable',
    })
    expect(stays.send).toHaveBeenCalledTimes(5)
  })
})

describe('an ended invocation', () => {
  it('repeats no call, even after a conflict', async () => {
    const invocation = new AbortController()
    const { client, send } = clientThat(named('TransactionConflictException'))
    const work = runWithSignal(invocation.signal, () => withRetries(() => client.send({} as never)))
    invocation.abort()
    await expect(work).rejects.toMatchObject({ code: 'unavailable' })
    expect(send).toHaveBeenCalledTimes(1)
  })

  it('does not request unprocessed keys again', async () => {
    const invocation = new AbortController()
    const { client, send } = clientThat({ Responses: {}, UnprocessedKeys: { a: { Keys: [{ pk: '1' }] } } })
    const keys = [{ table: 'a', key: { pk: '1' } }]
    const work = runWithSignal(invocation.signal, () => readTogether(client, keys))
    await new Promise((resolve) => setImmediate(resolve))
    invocation.abort()
    await expect(work).rejects.toMatchObject({ code: 'unavailable' })
    expect(send).toHaveBeenCalledTimes(1)
  })
})

describe('a conflict between transactions', () => {
  const account = newAccount()

  it('is not answered as a taken email', async () => {
    const { client } = clientThat(cancelled('TransactionConflict', 'None'))
    await expect(dynamoUsers(client, tables, nothingEnds).create(account, 0)).rejects.toMatchObject({
      code: 'unavailable',
    })
  })

  it('that turns into a taken email is answered as a taken email', async () => {
    const { client } = clientThat(
      cancelled('TransactionConflict', 'None'),
      cancelled('ConditionalCheckFailed', 'None'),
    )
    expect(await dynamoUsers(client, tables, nothingEnds).create(account, 0)).toBe('email_taken')
  })

  it('is not taken for theft', async () => {
    const { client } = clientThat(named('TransactionConflictException'))
    await expect(dynamoSessions(client, tables).rotate({} as never)).rejects.toMatchObject({
      code: 'unavailable',
    })
  })
})

describe('reading items together', () => {
  const keys = [
    { table: 'a', key: { pk: '1' } },
    { table: 'b', key: { pk: '2', sk: 'x' } },
  ]
  const whole = { Responses: { b: [{ pk: '2', sk: 'x', n: 2 }], a: [{ pk: '1', n: 1 }] } }

  it('answers in the order of the keys, with undefined for a missing item', async () => {
    expect(await readTogether(clientThat(whole).client, keys)).toEqual([
      { pk: '1', n: 1 },
      { pk: '2', sk: 'x', n: 2 },
    ])
    expect(await readTogether(clientThat({ Responses: {} }).client, keys)).toEqual([undefined, undefined])
  })

  const isLeftOut = { b: { Keys: [{ pk: '2', sk: 'x' }] } }
  it('requests only unprocessed keys again, after growing pauses', async () => {
    const at: number[] = []
    const { client, send } = clientThat(
      { Responses: { a: [{ pk: '1', n: 1 }] }, UnprocessedKeys: isLeftOut },
      { Responses: {}, UnprocessedKeys: isLeftOut },
      { Responses: { b: [{ pk: '2', sk: 'x', n: 2 }] } },
    )
    const timed = jest.fn((...given: unknown[]) => {
      at.push(performance.now())
      return send(...(given as []))
    })
    expect(await readTogether({ send: timed } as unknown as typeof client, keys)).toEqual([
      { pk: '1', n: 1 },
      { pk: '2', sk: 'x', n: 2 },
    ])
    const [first = 0, second = 0, third = 0] = at
    expect([second - first >= 24, third - second >= 49]).toEqual([true, true])
    const [, [again]] = send.mock.calls as unknown as [unknown, [{ input: object }]]
    expect(again.input).toEqual({ RequestItems: { b: { ...isLeftOut.b, ConsistentRead: true } } })
  })

  it('does not take an empty answer for missing items', async () => {
    await expect(readTogether(clientThat({}).client, keys)).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('does not take unprocessed keys for missing items, and tries four times at most', async () => {
    const { client, send } = clientThat({ Responses: {}, UnprocessedKeys: { a: { Keys: [{ pk: '1' }] } } })
    await expect(readTogether(client, keys)).rejects.toMatchObject({ code: 'unavailable' })
    expect(send).toHaveBeenCalledTimes(4)
  })
})
