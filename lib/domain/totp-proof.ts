import type { Ports } from './ports.ts'
import { Refusal } from './refusal.ts'
import type { Prove } from './second-factor.ts'
import { settleAll } from './settle-all.ts'

/** After so many failures without a success, the codes of an enrolment are refused until another factor succeeds. */
const MOST_FAILURES = 100
/** One-time password, and so several factors (RFC 8176). */
export const TOTP_AMR = ['otp', 'mfa']

/**
 * Proves a TOTP code at the second step and at re-authentication, which share their budgets. Each attempt is counted before the
 * compare. A right code gives it back.
 * Refuses with `too_many_attempts`, or with `invalid_code` if the code is wrong or used, or after too many failures in a row.
 */
export const provesTotp =
  ({ totps, totpSecrets, rateLimiter, clock, events }: TotpProofPorts, code: string): Prove =>
  async ({ id: userId, factors }) => {
    const refused = () => new Refusal('invalid_code', { subject: { userId } })
    if (!factors.totp) throw refused()
    // Load the key before counting: without it, the attempt cannot be completed.
    await totpSecrets.ready()

    // 1. Count the attempt. One after the other: attempts over the hour's budget must not use up that of the day.
    const [{ totp }] = await settleAll(totps.find(userId), rateLimiter.take('totpPerHour', userId))
    await rateLimiter.take('totpPerDay', userId)
    if (!totp) throw refused()
    if ((await totps.reserveAttempt(userId, totp.enrolmentId, MOST_FAILURES)) === undefined) {
      events.record({ type: 'totp.blocked', userId })
      throw refused()
    }

    // 2. The code belongs to a time step that was not used yet. The transaction decides.
    const step = await totpSecrets.stepOf(code, totp, clock.now())
    if (step === undefined || step <= totp.lastStep) throw refused()
    // 3. A right code was no guess, whatever follows: an outage must not use up the owner's attempts. A failure here leaves fewer.
    await Promise.allSettled([
      rateLimiter.giveBack('totpPerHour', userId),
      rateLimiter.giveBack('totpPerDay', userId),
    ])
    return { amr: TOTP_AMR, spends: { type: 'totp', enrolmentId: totp.enrolmentId, step } }
  }
export type TotpProofPorts = Pick<Ports, 'totps' | 'totpSecrets' | 'rateLimiter' | 'clock' | 'events'>
