import { createHash } from 'node:crypto'
import { currentSignal } from '../domain/invocation-signal.ts'
import type { BreachedPasswords } from '../domain/ports.ts'

/** The time limit of the whole request. */
const MOST_MILLISECONDS = 1000
/** The maximum size of an answer: about ten times the usual one. */
const MOST_BYTES = 1_000_000

/**
 * Queries the range API of Have I Been Pwned at `url`, or a compatible service. Without a `url`, sends no request and finds
 * nothing. Sends only the first 5 of the 40 hex digits of the password's SHA-1. Many passwords share them.
 */
export function pwnedPasswords({ url }: { url: string | undefined }): BreachedPasswords {
  return {
    async find(password) {
      if (url === undefined) return 'not_found'
      // The service indexes passwords by SHA-1; it protects nothing here.
      const digest = createHash('sha1').update(password).digest('hex').toUpperCase()
      try {
        const counts = parse(await get(`${url}/range/${digest.slice(0, 5)}`))
        // Padding lines, which hide the length of the real answer, have a count of 0.
        return (counts.get(digest.slice(5)) ?? 0) > 0 ? 'found' : 'not_found'
      } catch {
        return 'unknown'
      }
    },
  }
}

async function get(url: string): Promise<string> {
  const response = await fetch(url, {
    // Do not keep the connection: it would be dead when a frozen function wakes, and the answer would be `unknown`.
    headers: { 'Add-Padding': 'true', 'User-Agent': 'cardea', Connection: 'close' },
    redirect: 'error',
    signal: AbortSignal.any([AbortSignal.timeout(MOST_MILLISECONDS), currentSignal()]),
  })
  if (response.status !== 200 || !response.body) {
    await response.body?.cancel()
    throw new Error(`The service answered with ${response.status}`)
  }
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body) {
    bytes += chunk.length
    if (bytes > MOST_BYTES) throw new Error('The answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** Maps the rest of each hash to its count. A single malformed line makes the whole answer invalid. */
function parse(body: string): ReadonlyMap<string, number> {
  return new Map(
    body
      .trimEnd()
      .split(/\r?\n/)
      .map((line) => {
        const [, suffix, count] = /^([\dA-F]{35}):(\d+)$/i.exec(line) ?? []
        if (suffix === undefined) throw new Error('The answer is not that of a range API')
        return [suffix.toUpperCase(), Number(count)]
      }),
  )
}
