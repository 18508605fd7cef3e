import type { DynamoDBStreamEvent } from 'aws-lambda'
import { ProviderFailure, type Revocation } from '../../lib/domain/social-ports.ts'
import { capturedLog } from '../../tools/testing/captured-log.ts'
import { context } from '../../tools/testing/events.ts'
import { makeFixture } from '../../tools/testing/fixtures.ts'
import { withIdentity } from '../../tools/testing/identities.ts'
import { googleOf } from '../../tools/testing/social-logins.ts'
import { bearer, eve, logIn } from '../../tools/testing/test-users.ts'
import { handler } from './revoke.ts'

/** Eve has linked an Apple account and deletes hers here. Returns the job that is left, and a function that does it. */
async function deleted() {
  const { services, api, userId } = await makeFixture()
  const apple = googleOf(eve, { provider: 'apple', issuer: 'https://appleid.apple.com', subject: '001' })
  await withIdentity(services, userId, { ...apple, sealedRefreshToken: 'sealed' })
  await api('DELETE /users/me', { headers: bearer(await logIn(api, 'body', eve)) })
  const [job] = services.tables.revocations
  const forgotten: string[] = []
  const run = async (
    revoke: (job: Revocation) => Promise<void> = services.socialProviders.revoke as never,
  ) => {
    const expiresAt = services.clock.now() + 3900
    const revocations = {
      read: () => ({ id: 'one', job: job as Revocation, expiresAt }),
      forget: async (id: string) => void forgotten.push(id),
    }
    const socialProviders = { ...services.socialProviders, revoke: revoke as never }
    const Records = [{ dynamodb: { SequenceNumber: '7' } }]
    return capturedLog(() =>
      handler.over({ ...services, revocations, socialProviders })(
        { Records } as DynamoDBStreamEvent,
        context(),
      ),
    )
  }
  return { services, job, forgotten, run }
}

describe('rule 6: the deletion of an account with a token of Apple', () => {
  it('leaves a job, and the function revokes the token once', async () => {
    const { services, job, forgotten, run } = await deleted()
    expect(job).toEqual({ provider: 'apple', subject: '001', sealedRefreshToken: 'sealed' })
    const { result } = await run()
    expect([result.batchItemFailures, services.socialProviders.revoked, forgotten]).toEqual([
      [],
      ['001'],
      ['one'],
    ])
  })

  it('asks a provider again that does not answer', async () => {
    const { forgotten, run } = await deleted()
    const { result, text } = await run(async () => {
      throw new ProviderFailure('provider_unavailable', 'timeout')
    })
    expect(result.batchItemFailures).toEqual([{ itemIdentifier: '7' }])
    expect([forgotten, text.includes('sealed')]).toEqual([[], false])
  })

  it('gives up and records what the provider refuses', async () => {
    const { forgotten, run } = await deleted()
    const { entries } = await run(async () => {
      throw new ProviderFailure('provider_error', 'revocation')
    })
    const event = { type: 'social.failed', provider: 'apple', error: 'provider_error', reason: 'revocation' }
    expect(entries).toContainEqual(expect.objectContaining(event))
    expect(forgotten).toEqual(['one'])
  })
})
