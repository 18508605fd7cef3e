/** Replaces the SDK's own calculation of SHA-256, which it uses only where `node:crypto` has none. */
export const Sha256Js = undefined
