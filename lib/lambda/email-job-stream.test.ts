import { capturedLog } from '../../tools/testing/captured-log.ts'
import { context } from '../../tools/testing/events.ts'
import { unavailable } from '../../tools/testing/outages.ts'
import { type TestServices, testServices } from '../../tools/testing/test-services.ts'
import { deliverer } from './email-job-stream.ts'

type EmailJobs = TestServices['emailJobs']
const NOW = 1_800_000_000

/** The mail function over email jobs that are numbers. Records what it processes and removes. */
function recording({
  processEmailJob = async () => undefined,
  forget,
}: {
  processEmailJob?: (id: number) => Promise<void>
  forget?: EmailJobs['forget']
} = {}) {
  const processed: number[] = []
  const forgotten: string[] = []
  const emailJobs: EmailJobs = {
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
    processed.push(id)
  }).over({ ...testServices(), emailJobs })
  const run = (...records: object[]) => {
    const Records = records.map((record) => ({
      ...record,
      dynamodb: { SequenceNumber: JSON.stringify(record) },
    }))
    return capturedLog(() => deliver({ Records } as never, context()))
  }
  return { run, processed, forgotten }
}

describe('the mail function', () => {
  it('processes email jobs in order, and removes each from the store', async () => {
    const { run, processed, forgotten } = recording()
    const { result } = await run({ id: 1 }, { id: 2 }, { id: 3 })
    expect([result, processed, forgotten]).toEqual([{ batchItemFailures: [] }, [1, 2, 3], ['1', '2', '3']])
  })

  it('stops at a job that fails and reports it, so that the stream repeats it and those behind it', async () => {
    const { run, processed, forgotten } = recording({
      processEmailJob: async (id) => {
        if (id === 2) throw new Error('SES does not answer')
      },
    })
    const { result, entries } = await run({ id: 1 }, { id: 2 }, { id: 3 })
    expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: '{"id":2}' }] })
    expect([processed, forgotten]).toEqual([[1], ['1']])
    expect(entries).toMatchObject([{ type: 'mail.failed', error: { message: 'SES does not answer' } }])
  })

  it('repeats no job that was mailed, though it cannot be removed from the store', async () => {
    const { run, processed } = recording({ forget: unavailable })
    const { result, entries } = await run({ id: 1 }, { id: 2 })
    expect([result, processed]).toEqual([{ batchItemFailures: [] }, [1, 2]])
    expect(entries).toMatchObject([{ type: 'mail.job_left' }, { type: 'mail.job_left' }])
  })

  it('skips a record that is not a job, and a job that is too old', async () => {
    const { run, processed } = recording()
    const { result, entries } = await run({}, { id: 1, expiresAt: NOW }, { id: 2 })
    expect([result, processed]).toEqual([{ batchItemFailures: [] }, [2]])
    expect(entries).toMatchObject([{ type: 'mail.invalid_job' }])
  })
})
