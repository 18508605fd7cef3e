import { brotliDecompressSync } from 'node:zlib'
import type { CommonPasswords } from '../domain/ports.ts'
import { data } from './common-passwords.data.ts'

/** The common passwords that Cardea comes with, unpacked on first use. */
export function commonPasswords(): CommonPasswords {
  let words: ReadonlySet<string> | undefined
  return {
    has(word) {
      words ??= new Set(brotliDecompressSync(Buffer.from(data, 'base64')).toString().split('\n'))
      return words.has(word)
    },
  }
}
