import { createHash } from 'node:crypto'
import { currentSignal } from '../domain/invocation-signal.ts'
import type { BreachedPasswords } from '../domain/ports.ts'

/** For the whole answer. */
const MOST_MILLISECONDS = 1000
/** About ten times what the service answers. */
const MOST_BYTES = 1_000_000

/**
 * Asks the range service of Have I Been Pwned at `url`, or one that answers alike; without a `url`, nobody is asked and
 * nothing found. Of the password only the first 5 of the 40 hex digits of its SHA-1 leave, which many others share.
 */
export function pwnedPasswords({ url }: { url: string | undefined }): BreachedPasswords {
  return {
    async find(password) {
      if (url === undefined) return 'not_found'
      // SHA-1 because that is what the service files passwords under; it protects nothing here.
      const digest = createHash('sha1').update(password).digest('hex').toUpperCase()
      try {
        const counts = parse(await get(`${url}/range/${digest.slice(0, 5)}`))
        // Lines of padding, which hide how long the true answer is, have a count of 0.
        return (counts.get(digest.slice(5)) ?? 0) > 0 ? 'found' : 'not_found'
      } catch {
        return 'unknown'
      }
    },
  }
}

async function get(url: string): Promise<string> {
  const response = await fetch(url, {
    // A connection that was kept is dead when a frozen function wakes, and the answer would be `unknown`.
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

/** The rest of each hash, and how often it was seen. An answer of another form is none, be it only in one line. */
function parse(body: string): ReadonlyMap<string, number> {
  return new Map(
    body
      .trimEnd()
      .split(/\r?\n/)
      .map((line) => {
        const [, suffix, count] = /^([\dA-F]{35}):(\d+)$/i.exec(line) ?? []
        if (suffix === undefined) throw new Error('The answer is none of a range service')
        return [suffix.toUpperCase(), Number(count)]
      }),
  )
}
