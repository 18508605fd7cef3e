import {
  createHash,
  createHmac,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  sign,
} from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { CLIENT_ID, CLIENT_SECRET } from './clients.ts'

type Members = Record<string, unknown>
type Change = (members: Members) => Members | undefined

/** What a provider does otherwise than it should. */
export interface Misbehaviour {
  readonly discovery?: Change
  readonly header?: Change
  readonly claims?: Change
  readonly tokens?: Change
  readonly userInfo?: Change
  readonly keys?: (keys: readonly JsonWebKey[]) => readonly JsonWebKey[]
  /** Signs `header.claims`. */
  readonly signature?: (signed: string) => string
  /** Answers in place of an endpoint, by its path. */
  readonly instead?: Readonly<Record<string, RequestListener>>
}

const newKeys = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { privateKey, jwk: publicKey.export({ format: 'jwk' }) }
}
export const es256 = (signed: string, key: KeyObject): string =>
  sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')
export const hs256 = (signed: string, secret: string): string =>
  createHmac('sha256', secret).update(signed).digest('base64url')

export const PATHS = {
  discovery: '/.well-known/openid-configuration',
  token: '/token',
  keys: '/keys',
  userInfo: '/userinfo',
}

/** A provider of OpenID Connect with real keys, which can be told to misbehave. */
export async function misbehavingProvider() {
  let misbehaviour: Misbehaviour = {}
  const requests: string[] = []
  const codes = new Map<string, { readonly nonce: string | null; readonly challenge: string | null }>()
  let current = { kid: 'first', ...newKeys() }

  const documents = {
    discovery: (): Members => ({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}${PATHS.token}`,
      jwks_uri: `${issuer}${PATHS.keys}`,
      userinfo_endpoint: `${issuer}${PATHS.userInfo}`,
      id_token_signing_alg_values_supported: ['ES256', 'HS256', 'none'],
      token_endpoint_auth_methods_supported: ['client_secret_post'],
    }),
    keys: () => ({
      keys: (misbehaviour.keys ?? ((all) => all))([{ ...current.jwk, kid: current.kid, use: 'sig' }]),
    }),
    userInfo: (): Members => ({ sub: 'ada', name: 'Ada' }),
  }

  const idToken = (nonce: string | null): string => {
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: issuer,
      sub: 'ada',
      aud: CLIENT_ID,
      exp: now + 300,
      iat: now,
      nonce,
      email: 'ada@example.com',
    }
    const header = { alg: 'ES256', kid: current.kid }
    const encoded = [
      misbehaviour.header ? misbehaviour.header(header) : header,
      misbehaviour.claims ? misbehaviour.claims(claims) : claims,
    ].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    const signed = encoded.join('.')
    return `${signed}.${misbehaviour.signature?.(signed) ?? es256(signed, current.privateKey)}`
  }

  const token = (body: URLSearchParams): [number, Members] => {
    if (body.get('client_secret') !== CLIENT_SECRET) return [401, { error: 'invalid_client' }]
    const code = codes.get(body.get('code') ?? '')
    codes.delete(body.get('code') ?? '')
    const challenge = createHash('sha256')
      .update(body.get('code_verifier') ?? '')
      .digest('base64url')
    if (!code || code.challenge !== challenge) return [400, { error: 'invalid_grant' }]
    const tokens = { access_token: 'access', token_type: 'Bearer', id_token: idToken(code.nonce) }
    return [200, misbehaviour.tokens?.(tokens) ?? tokens]
  }

  const server = createServer(async (request, response) => {
    const { pathname: asked } = new URL(request.url ?? '/', 'http://localhost')
    const pathname = asked.endsWith(PATHS.discovery) ? PATHS.discovery : asked
    requests.push(pathname)
    const instead = misbehaviour.instead?.[pathname]
    if (instead) return instead(request, response)
    const json = (body: unknown, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    switch (pathname) {
      case PATHS.discovery: {
        const document = documents.discovery()
        return json(misbehaviour.discovery?.(document) ?? document)
      }
      case PATHS.keys:
        return json(documents.keys())
      case PATHS.userInfo:
        return json(misbehaviour.userInfo?.(documents.userInfo()) ?? documents.userInfo())
      case PATHS.token: {
        const [status, body] = token(new URLSearchParams(await text(request)))
        return json(body, status)
      }
      default:
        return json({ error: 'not_found' }, 404)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    issuer,
    requests,
    misbehave(change: Misbehaviour) {
      misbehaviour = change
    },
    /** Signs with a new key from now on. */
    rotate(kid: string) {
      current = { kid, ...newKeys() }
    },
    /** What the provider would send to the callback, for the address at which a login begins. */
    async browser(address: string): Promise<URLSearchParams> {
      const { searchParams } = new URL(address)
      const code = createHash('sha256').update(address).digest('base64url')
      codes.set(code, { nonce: searchParams.get('nonce'), challenge: searchParams.get('code_challenge') })
      return new URLSearchParams({ code, state: searchParams.get('state') ?? '' })
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
