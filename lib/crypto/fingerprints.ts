import { createHmac } from 'node:crypto'
import type { Fingerprints } from '../domain/ports.ts'
import type { Keys } from './keys.ts'

/** HMAC-SHA-256 under a key of its own: who reads the counters learns no e-mail and no address. 128 bits, as hex. */
export function fingerprints(keys: Pick<Keys, 'fingerprintKey'>): Fingerprints {
  return {
    async of(...parts) {
      const hmac = createHmac('sha256', await keys.fingerprintKey())
      return hmac.update(JSON.stringify(parts)).digest('hex').slice(0, 32)
    },
  }
}
