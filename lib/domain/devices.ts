import { createHash } from 'node:crypto'
import type { Client } from './ports.ts'

/** The number of devices remembered per user. A new one replaces the one unused for longest. */
export const MOST_DEVICES = 10

/**
 * A device in 8 characters: the kind of client without version numbers, and the half of the address that identifies a provider.
 * So a browser update is not a new device, but a thief with the same browser on another network is.
 */
export function deviceOf({ userAgent, ip }: Client): string {
  const network = ip.split(/[.:]/).slice(0, 2).join('.')
  const kind = userAgent.replace(/\d+(?:[._]\d+)*/g, '')
  return createHash('sha256').update(`${network} ${kind}`).digest('base64url').slice(0, 8)
}
