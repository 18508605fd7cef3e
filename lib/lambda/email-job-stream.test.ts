import { capturedLog } from '../../tools/testing/captured-log.ts'
import { context } from '../../tools/testing/events.ts'
import { type TestServices, testServices, unavailable } from '../../tools/testing/test-services.ts'
import { deliverer } from './email-job-stream.ts'

type Orders = TestServices['emailJobs']
const NOW = 1_800_000_000

/** A function that mails, over emailJobs that are numbers; takes down what it fulfils and forgets. */
function recording({
  processEmailJob = async () => undefined,
  forget,
}: {
  processEmailJob?: (id: number) => Promise<void>
  forget?: Orders['forget']
} = {}) {
  const fulfilled: number[] = []
  const forgotten: string[] = []
  const emailJobs: Orders = {
    read(record) {
      const { id, expiresAt = NOW + 1 } = record as { id?: number; expiresAt?: number }
      if (id === undefined) throw new Error('A stored email job has no usable pk')
      return { id: String(id), job: { type: 'signed_up', userId: String(id) }, expiresAt }
    },
    forget: forget ?? (async (id) => void forgotten.push(id)),
  }
  const deliver = deliverer({ emailJobs: () => emailJobs }, async (_, job) => {
    const id = Number('userId' in job && job.userId)
    await processEmailJob(id)
    fulfilled.push(id)
  }).over({ ...testServices(), emailJobs })
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
  it('fulfils emailJobs in their turn, and takes each off the store', async () => {
    const { run, fulfilled, forgotten } = recording()
    const { result } = await run({ id: 1 }, { id: 2 }, { id: 3 })
    expect([result, fulfilled, forgotten]).toEqual([{ batchItemFailures: [] }, [1, 2, 3], ['1', '2', '3']])
  })

  it('stops at one that fails, and names it: the stream hands it over again, with those behind it', async () => {
    const { run, fulfilled, forgotten } = recording({
      processEmailJob: async (id) => {
        if (id === 2) throw new Error('SES does not answer')
      },
    })
    const { result, entries } = await run({ id: 1 }, { id: 2 }, { id: 3 })
    expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: '{"id":2}' }] })
    expect([fulfilled, forgotten]).toEqual([[1], ['1']])
    expect(entries).toMatchObject([{ type: 'mail.failed', error: { message: 'SES does not answer' } }])
  })

  it('hands nothing over again that was mailed, though its job cannot be taken off the store', async () => {
    const { run, fulfilled } = recording({ forget: unavailable })
    const { result, entries } = await run({ id: 1 }, { id: 2 })
    expect([result, fulfilled]).toEqual([{ batchItemFailures: [] }, [1, 2]])
    expect(entries).toMatchObject([{ type: 'mail.job_left' }, { type: 'mail.job_left' }])
  })

  it('leaves out what is no job, and what is too old to be of use', async () => {
    const { run, fulfilled } = recording()
    const { result, entries } = await run({}, { id: 1, expiresAt: NOW }, { id: 2 })
    expect([result, fulfilled]).toEqual([{ batchItemFailures: [] }, [2]])
    expect(entries).toMatchObject([{ type: 'mail.invalid_job' }])
  })
})
