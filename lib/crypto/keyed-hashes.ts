import { createHmac } from 'node:crypto'
import type { KeyedHashes } from '../domain/ports.ts'
import type { Keys } from './keys.ts'

/** HMAC-SHA-256 with a separate key, so that the counters reveal no email and no address. 128 bits in hex. */
export function keyedHashes(keys: Pick<Keys, 'keyedHashKey'>): KeyedHashes {
  return {
    async of(...parts) {
      const hmac = createHmac('sha256', await keys.keyedHashKey())
      return hmac.update(JSON.stringify(parts)).digest('hex').slice(0, 32)
    },
  }
}
