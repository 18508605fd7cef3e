import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { userItems } from './user-items.ts'

describe('the items of a user', () => {
  it('that a throttled table leaves unprocessed are deleted by the next request, after a wait', async () => {
    const requests: { readonly keys: readonly unknown[]; readonly at: number }[] = []
    const client = {
      async send({ input }: { input: { RequestItems: { notes: { DeleteRequest: { Key: unknown } }[] } } }) {
        const { notes } = input.RequestItems
        requests.push({ keys: notes.map(({ DeleteRequest }) => DeleteRequest.Key), at: performance.now() })
        return requests.length === 1 ? { UnprocessedItems: { notes: notes.slice(1) } } : {}
      },
    } as unknown as DynamoDBDocumentClient
    const items = ['a', 'b', 'c'].map((sk) => ({ pk: 'USER#1', sk }))
    await userItems(client, 'notes').remove(items)
    expect(requests.map(({ keys }) => keys)).toEqual([items, items.slice(1)])
    const [first, second] = requests
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(49)
  })
})
