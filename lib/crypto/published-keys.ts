import type { Keys } from './keys.ts'

/** One public key as RFC 7517 writes it. */
export interface Jwk {
  readonly kty: 'RSA'
  readonly use: 'sig'
  readonly alg: 'RS256'
  readonly kid: string
  readonly n: string
  readonly e: string
}

/** What other services verify our access tokens with. */
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
