import { createHmac, type KeyObject, randomBytes } from 'node:crypto'
import type { RecoveryCodeHashes } from '../domain/factor-ports.ts'
import { base32, CROCKFORD } from './base32.ts'
import type { Keys } from './keys.ts'

const CODES = 10
/** 80 bits, which nobody guesses. So a fast keyed hash is enough (ASVS 6.5.2 asks for 112 bits, or a slow hash). */
const CODE_BYTES = 10
const LENGTH = 16

/** A code as its user sees it, such as `7k2m-x9qd-4t0w-c6hv`. */
const shown = (code: string): string => code.toLowerCase().replace(/.{4}(?=.)/g, '$&-')

/** Whatever separates the groups: whitespace, hyphens, invisible characters. */
const between = /[\s\p{Pd}\p{Cf}]/gu

/** The characters of a code as it was typed; `undefined` if it is none. Crockford reads O as 0, and I and L as 1. */
function typed(text: string): string | undefined {
  const code = text
    .normalize('NFKC')
    .replace(between, '')
    .toUpperCase()
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1')
  return code.length === LENGTH && [...code].every((each) => CROCKFORD.includes(each)) ? code : undefined
}

/** Keyed hashes of recovery codes, HMAC-SHA-256: `<kid>.<hash>`. */
export function recoveryCodeHashes(keys: Pick<Keys, 'recoveryCodeKeys'>): RecoveryCodeHashes {
  const hash = (userId: string, code: string, kid: string, key: KeyObject) => {
    const hmac = createHmac('sha256', key).update(JSON.stringify(['recovery_code', userId, code]))
    return `${kid}.${hmac.digest('base64url')}`
  }
  return {
    async ready() {
      await keys.recoveryCodeKeys()
    },
    async create(userId) {
      const { kid, key } = (await keys.recoveryCodeKeys()).current
      const codes = Array.from({ length: CODES }, () => base32(randomBytes(CODE_BYTES), CROCKFORD))
      return { codes: codes.map(shown), hashes: codes.map((code) => hash(userId, code, kid, key)) }
    },
    async hashesOf(userId, text) {
      const code = typed(text)
      if (!code) return []
      const { all } = await keys.recoveryCodeKeys()
      return [...all].map(([kid, key]) => hash(userId, code, kid, key))
    },
  }
}
