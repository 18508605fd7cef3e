import { capturedLog } from '../../tools/testing/captured-log.ts'
import { context } from '../../tools/testing/events.ts'
import { unavailable, type World, world } from '../../tools/testing/world.ts'
import { deliverer } from './deliver.ts'

type Orders = World['orders']
const NOW = 1_800_000_000

/** A function that mails, over orders that are numbers; takes down what it fulfils and forgets. */
function recording({
  fulfil = async () => undefined,
  forget,
}: {
  fulfil?: (id: number) => Promise<void>
  forget?: Orders['forget']
} = {}) {
  const fulfilled: number[] = []
  const forgotten: string[] = []
  const orders: Orders = {
    read(record) {
      const { id, expiresAt = NOW + 1 } = record as { id?: number; expiresAt?: number }
      if (id === undefined) throw new Error('A stored mail order has no usable pk')
      return { id: String(id), order: { type: 'signed_up', userId: String(id) }, expiresAt }
    },
    forget: forget ?? (async (id) => void forgotten.push(id)),
  }
  const deliver = deliverer({ orders: () => orders }, async (_, order) => {
    const id = Number('userId' in order && order.userId)
    await fulfil(id)
    fulfilled.push(id)
  }).over({ ...world(), orders })
  const run = (...records: object[]) => {
    const Records = records.map((record) => ({
      ...record,
      dynamodb: { SequenceNumber: JSON.stringify(record) },
    }))
    return capturedLog(() => deliver({ Records } as never, context()))
  }
  return { run, fulfilled, forgotten }
}

describe('the function that mails', () => {
  it('fulfils orders in their turn, and takes each off the store', async () => {
    const { run, fulfilled, forgotten } = recording()
    const { result } = await run({ id: 1 }, { id: 2 }, { id: 3 })
    expect([result, fulfilled, forgotten]).toEqual([{ batchItemFailures: [] }, [1, 2, 3], ['1', '2', '3']])
  })

  it('stops at one that fails, and names it: the stream hands it over again, with those behind it', async () => {
    const { run, fulfilled, forgotten } = recording({
      fulfil: async (id) => {
        if (id === 2) throw new Error('SES does not answer')
      },
    })
    const { result, entries } = await run({ id: 1 }, { id: 2 }, { id: 3 })
    expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: '{"id":2}' }] })
    expect([fulfilled, forgotten]).toEqual([[1], ['1']])
    expect(entries).toMatchObject([{ type: 'mail.failed', error: { message: 'SES does not answer' } }])
  })

  it('hands nothing over again that was mailed, though its order cannot be taken off the store', async () => {
    const { run, fulfilled } = recording({ forget: unavailable })
    const { result, entries } = await run({ id: 1 }, { id: 2 })
    expect([result, fulfilled]).toEqual([{ batchItemFailures: [] }, [1, 2]])
    expect(entries).toMatchObject([{ type: 'mail.order_left' }, { type: 'mail.order_left' }])
  })

  it('leaves out what is no order, and what is too old to be of use', async () => {
    const { run, fulfilled } = recording()
    const { result, entries } = await run({}, { id: 1, expiresAt: NOW }, { id: 2 })
    expect([result, fulfilled]).toEqual([{ batchItemFailures: [] }, [2]])
    expect(entries).toMatchObject([{ type: 'mail.not_an_order' }])
  })
})
