import type { CommonPasswords } from '../domain/ports.ts'
import { data } from './common-passwords.data.ts'
import { type Ranks, unpack } from './front-coding.ts'

/** The common words and passwords that are part of the bundle, unpacked on first use. */
export function commonPasswords(): CommonPasswords {
  let ranks: Ranks | undefined
  return {
    rankOf(word) {
      ranks ??= unpack(data)
      return ranks.get(word)
    },
  }
}
