import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Seals } from '../domain/social-ports.ts'
import type { Keys } from './keys.ts'

const IV_BYTES = 12
const TAG_BYTES = 16

/** What a sealed value belongs to. A copy of it opens nowhere else. */
const dataOf = (context: readonly string[], kid: string): Buffer =>
  Buffer.from(JSON.stringify([...context, kid]))

/** Values sealed with AES-256-GCM under a random IV: `<kid>.<IV, ciphertext and tag>`. */
export function seals(keys: Pick<Keys, 'factorKeys'>): Seals {
  return {
    async seal(value, context) {
      const { kid, key } = (await keys.factorKeys()).current
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(dataOf(context, kid))
      const sealed = Buffer.concat([iv, cipher.update(value), cipher.final(), cipher.getAuthTag()])
      return `${kid}.${sealed.toString('base64url')}`
    },
    // No error contains a secret.
    async open(sealedText, context) {
      const [kid = '', text = ''] = sealedText.split('.')
      const key = (await keys.factorKeys(kid)).all.get(kid)
      if (!key) throw new Error(`There is no key ${kid} of factors`)
      const sealed = Buffer.from(text, 'base64url')
      const [iv, tag] = [sealed.subarray(0, IV_BYTES), sealed.subarray(-TAG_BYTES)]
      const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES })
      decipher.setAAD(dataOf(context, kid)).setAuthTag(tag)
      return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()])
    },
  }
}
