import { randomBytes } from 'node:crypto'
import type { TotpSecrets } from '../domain/factor-ports.ts'
import { base32, RFC_4648 } from './base32.ts'
import type { Keys } from './keys.ts'
import { matchingStep } from './one-time-passwords.ts'
import { seals } from './seals.ts'

/** 160 bits, as RFC 4226 section 4 recommends. */
const SECRET_BYTES = 20

interface Owner {
  readonly userId: string
  readonly enrolmentId: string
}
const contextOf = ({ userId, enrolmentId }: Owner) => ['totp', userId, enrolmentId]

/** TOTP secrets, each sealed for its user and enrolment. */
export function totpSecrets(keys: Pick<Keys, 'factorKeys'>): TotpSecrets {
  const { seal, open } = seals(keys)
  return {
    async ready() {
      await keys.factorKeys()
    },
    async create(owner) {
      const secret = randomBytes(SECRET_BYTES)
      return { secret: base32(secret, RFC_4648), sealedSecret: await seal(secret, contextOf(owner)) }
    },
    async stepOf(code, { sealedSecret, ...owner }, now) {
      return matchingStep(Buffer.from(await open(sealedSecret, contextOf(owner))), code, now)
    },
  }
}
