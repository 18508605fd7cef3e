import { createHmac } from 'node:crypto'
import type { KeyedHashes } from '../domain/ports.ts'
import type { Keys } from './keys.ts'

/** HMAC-SHA-256 under a key of its own: who reads the counters learns no email and no address. 128 bits, as hex. */
export function keyedHashes(keys: Pick<Keys, 'keyedHashKey'>): KeyedHashes {
  return {
    async of(...parts) {
      const hmac = createHmac('sha256', await keys.keyedHashKey())
      return hmac.update(JSON.stringify(parts)).digest('hex').slice(0, 32)
    },
  }
}
