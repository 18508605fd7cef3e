import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { TotpSecrets } from '../domain/factor-ports.ts'
import { base32, RFC_4648 } from './base32.ts'
import type { Keys } from './keys.ts'
import { matchingStep } from './one-time-passwords.ts'

/** 160 bits, as RFC 4226 section 4 recommends. */
const SECRET_BYTES = 20
const IV_BYTES = 12
const TAG_BYTES = 16

interface Owner {
  readonly userId: string
  readonly enrolmentId: string
}

/** What a secret belongs to. A sealed secret that was copied to another user or enrolment does not open. */
const dataOf = ({ userId, enrolmentId }: Owner, kid: string): Buffer =>
  Buffer.from(JSON.stringify(['totp', userId, enrolmentId, kid]))

/** TOTP secrets, sealed with AES-256-GCM under a random IV: `<kid>.<IV, ciphertext and tag>`. */
export function totpSecrets(keys: Pick<Keys, 'factorKeys'>): TotpSecrets {
  const seal = async (secret: Buffer, owner: Owner): Promise<string> => {
    const { kid, key } = (await keys.factorKeys()).current
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(dataOf(owner, kid))
    const sealed = Buffer.concat([iv, cipher.update(secret), cipher.final(), cipher.getAuthTag()])
    return `${kid}.${sealed.toString('base64url')}`
  }

  /** @throws if the secret belongs to something else, was changed, or if its key is gone. The error contains no secret. */
  const open = async (sealedSecret: string, owner: Owner): Promise<Buffer> => {
    const [kid = '', text = ''] = sealedSecret.split('.')
    const key = (await keys.factorKeys(kid)).all.get(kid)
    if (!key) throw new Error(`There is no key ${kid} of factors`)
    const sealed = Buffer.from(text, 'base64url')
    const [iv, tag] = [sealed.subarray(0, IV_BYTES), sealed.subarray(-TAG_BYTES)]
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES })
    decipher.setAAD(dataOf(owner, kid)).setAuthTag(tag)
    return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()])
  }

  return {
    async ready() {
      await keys.factorKeys()
    },
    async create(owner) {
      const secret = randomBytes(SECRET_BYTES)
      return { secret: base32(secret, RFC_4648), sealedSecret: await seal(secret, owner) }
    },
    async stepOf(code, { sealedSecret, ...owner }, now) {
      return matchingStep(await open(sealedSecret, owner), code, now)
    },
  }
}
