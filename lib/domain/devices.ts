import { createHash } from 'node:crypto'
import type { Client } from './ports.ts'

/** So many devices of a user are remembered; the longest unused gives way. */
export const MOST_DEVICES = 10

/**
 * A device as an account remembers it, in 8 characters: the kind of client without its version numbers, and the half of
 * the address that names a provider. A browser's next version is no new device; a thief with the same browser elsewhere is.
 */
export function deviceOf({ userAgent, ip }: Client): string {
  const network = ip.split(/[.:]/).slice(0, 2).join('.')
  const kind = userAgent.replace(/\d+(?:[._]\d+)*/g, '')
  return createHash('sha256').update(`${network} ${kind}`).digest('base64url').slice(0, 8)
}
