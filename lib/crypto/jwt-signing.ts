/// <reference path="./jsonwebtoken.d.ts" />

import type { KeyObject } from 'node:crypto'
import sign from 'jsonwebtoken/sign.js'
import type { Seconds } from '../domain/lifetimes.ts'
import type { TokenKind } from './jwt.ts'

// A file of its own, because the authorizer signs nothing.

export function signJwt(
  kind: TokenKind,
  { kid, key }: { readonly kid: string; readonly key: KeyObject },
  claims: { readonly iat: Seconds; readonly exp: Seconds; readonly [name: string]: unknown },
): string {
  const { algorithm, typ } = kind
  return sign(claims, key, { algorithm, keyid: kid, header: { alg: algorithm, typ } })
}
