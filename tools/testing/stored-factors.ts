import { randomUUID } from 'node:crypto'
import { admit } from '../../lib/domain/admission.ts'
import { openProvenSession } from '../../lib/domain/sessions.ts'
import type { TokenPair } from '../../lib/domain/token-pairs.ts'
import type { Account } from '../../lib/domain/users.ts'
import type { TestServices } from './test-services.ts'

const ports = (services: TestServices) => ({ ...services, events: { record: () => undefined } })

const accountOf = async ({ users }: TestServices, userId: string): Promise<Account> => {
  const account = await users.findById(userId)
  if (!account) throw new Error('There is no such account')
  return account
}

/** Adds TOTP and one recovery code through storage. No code is valid for them. Ends every session. */
export async function withTotp(services: TestServices, userId: string): Promise<Account> {
  const now = services.clock.now()
  const enrolmentId = randomUUID()
  const changed = await services.users.change(await accountOf(services, userId), {
    factors: { totp: true, passkeys: 0 },
    factorWrites: {
      totp: {
        userId,
        enrolmentId,
        sealedSecret: 'sealed',
        lastStep: 0,
        failures: 0,
        enrolledAt: now,
        lastUsedAt: now,
      },
      recoveryCodes: { userId, hashes: ['a hash'], createdAt: now },
    },
    endsSessions: true,
    deniedUntil: 0,
  })
  if (typeof changed === 'string') throw new Error(`TOTP was not added: ${changed}`)
  return changed
}

/** Logs in a user who has TOTP, with a password and a code that was checked already. */
export async function provenLogin(services: TestServices, userId: string): Promise<TokenPair> {
  const account = await accountOf(services, userId)
  const { totp } = await services.totps.find(userId)
  if (!totp) throw new Error('The user has no TOTP')
  const { enrolmentId, lastStep } = totp
  const admission = admit(
    services.policy,
    account,
    { amr: ['pwd'], client: { userAgent: 'a test', ip: '198.51.100.7' } },
    { amr: ['otp', 'mfa'], spends: { type: 'totp', enrolmentId, step: lastStep + 1 } },
  )
  if (typeof admission === 'string') throw new Error(`Not admitted: ${admission}`)
  const opened = await openProvenSession(ports(services), admission)
  if (typeof opened === 'string') throw new Error(`Not opened: ${opened}`)
  return opened
}
