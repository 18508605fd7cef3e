import type { ScheduleContract } from '../../lib/contract/contract.ts'
import { scheduled } from '../../lib/lambda/scheduled.ts'
import { rotation } from '../../lib/services.ts'

export const contract: ScheduleContract = {
  // Runs daily, so that expired keys are removed soon. A new key is created only when it is due.
  schedule: 'rate(1 day)',
  needs: [
    'keys/access/public:GetParametersByPath',
    'keys/access/public:PutParameter',
    'keys/access/public:DeleteParameter',
    'keys/access/private:GetParametersByPath',
    'keys/access/private:PutParameter',
    'keys/access/private:DeleteParameter',
    'keys/refresh:GetParametersByPath',
    'keys/refresh:PutParameter',
    'keys/refresh:DeleteParameter',
  ],
  memory: 1769,
  timeout: 60,
}

export const handler = scheduled({ rotation }, async ({ services }) => {
  const failed: unknown[] = []
  for (const name of ['access', 'refresh'] as const) {
    try {
      const { made, retired } = await services.rotation.rotate(name, services.clock.now())
      if (made.length + retired.length > 0)
        services.events.record({ type: 'keys.rotated', name, made, retired })
    } catch (error) {
      // A failure must not prevent the rotation of the other kind.
      failed.push(error)
    }
  }
  if (failed.length > 0) throw failed[0]
})
