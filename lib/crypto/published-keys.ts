import type { Keys } from './keys.ts'

/** A public key in the form of RFC 7517. */
export interface Jwk {
  readonly kty: 'RSA'
  readonly use: 'sig'
  readonly alg: 'RS256'
  readonly kid: string
  readonly n: string
  readonly e: string
}

/** The keys with which other services verify our access tokens. */
export function publishedKeys(keys: Pick<Keys, 'publicKeys'>): { list(): Promise<readonly Jwk[]> } {
  return {
    async list() {
      return [...(await keys.publicKeys())].map(([kid, key]) => {
        const { n = '', e = '' } = key.export({ format: 'jwk' })
        return { kty: 'RSA', use: 'sig', alg: 'RS256', kid, n, e }
      })
    },
  }
}
