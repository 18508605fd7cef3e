import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import jwt from 'jsonwebtoken'
import { gateway } from '../../tools/testing/gateway.ts'
import { parties, testServices } from '../../tools/testing/test-services.ts'
import { logIn, signedUp } from '../../tools/testing/test-users.ts'

const api = gateway(testServices())

describe('GET /.well-known/jwks.json', () => {
  it('publishes the public keys, without a private part, and they verify an access token', async () => {
    await signedUp(api)
    const { accessToken } = (await logIn(api)).body
    const { status, headers, body } = await api('GET /.well-known/jwks.json')
    expect([status, headers['cache-control']]).toEqual([200, 'public, max-age=3600'])
    expect(body.keys).toHaveLength(1)
    expect(Object.keys(body.keys[0]).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
    const verified = jwt.verify(accessToken, createPublicKey({ key: body.keys[0], format: 'jwk' }), {
      algorithms: ['RS256'],
      clockTimestamp: 1_800_000_000,
      complete: true,
    })
    expect(verified.header.kid).toBe(body.keys[0].kid)
  })
})

describe('GET /', () => {
  it('says what this is, and links only to existing routes', async () => {
    const { status, body } = await api('GET /')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      name: 'cardea',
      version: JSON.parse(readFileSync('package.json', 'utf8')).version,
    })
    expect(Object.keys(body.links).length).toBeGreaterThan(2)
    for (const path of Object.values(body.links))
      expect(await api(`GET ${path}`)).toMatchObject({ status: 200 })
  })
})

describe('GET /openapi.json', () => {
  it('is the whole generated file, with the issuer as its server', async () => {
    const { body } = await api('GET /openapi.json')
    const generated = JSON.parse(readFileSync('functions/openapi.json', 'utf8'))
    expect(body).toEqual({ ...generated, servers: [{ url: parties.issuer }] })
  })
})

describe('GET /health', () => {
  it('answers ok', async () => {
    expect(await api('GET /health')).toMatchObject({ status: 200, body: { status: 'ok' } })
  })
})

describe('an unknown route', () => {
  it('answers 404', async () => {
    expect(await api('GET /admin')).toMatchObject({ status: 404 })
  })
})
