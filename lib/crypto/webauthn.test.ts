import { randomUUID } from 'node:crypto'
import { type Assertion, type Attestation, authenticator } from '../../tools/testing/authenticator.ts'
import { cbor } from '../../tools/testing/cbor.ts'
import type { Passkey } from '../domain/factor-ports.ts'
import { passkeyVerifier } from './webauthn.ts'

const origin = 'https://auth.example.com'
const rpId = 'example.com'
const verifier = passkeyVerifier({ rpId, origins: [origin, 'https://app.example.com'] })
const challenge = Buffer.from('a challenge of the server').toString('base64url')
const userId = randomUUID()
const handleOf = (id: string) => Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url')
const options = { challenge, rp: { id: rpId }, user: { id: handleOf(userId) } }

const register = (change: Attestation = {}, key = authenticator()) =>
  verifier.verifyRegistration(key.create(options, change), challenge)

/** A registered passkey, and its authenticator. */
async function registered(of: Parameters<typeof authenticator>[0] = {}) {
  const key = authenticator(of)
  const verified = await register({}, key)
  if (!verified) throw new Error('The registration was refused')
  const passkey: Passkey = { ...verified, userId, name: 'a key', createdAt: 1, lastUsedAt: 1 }
  const logIn = (change: Assertion = {}, of: Partial<Passkey> = {}) =>
    verifier.verifyAuthentication(key.get({ challenge, rpId }, change), challenge, { ...passkey, ...of })
  return { key, passkey, logIn }
}
const notCanonical = (text: string) => `${text}=`
const extensions = cbor(new Map([['credBlob', Buffer.alloc(40)]]))
const withCrossOrigin = { clientData: { crossOrigin: true } }
const withTopOrigin = { clientData: { topOrigin: 'https://top.example.net' } }

describe('a registration', () => {
  it.each([-7, -8, -257] as const)(
    'with a key of algorithm %i and no attestation is accepted',
    async (alg) => {
      const key = authenticator({ alg })
      expect(await register({}, key)).toEqual({
        id: expect.stringMatching(/^[\w-]{43}$/),
        credentialId: key.id,
        publicKey: expect.any(String),
        counter: 0,
        transports: ['internal', 'hybrid'],
        rpId,
        backupEligible: false,
        backedUp: false,
      })
    },
  )

  it.each([-7, -8, -257] as const)('with self attestation of algorithm %i is accepted', async (alg) => {
    expect(await register({ format: 'packed' }, authenticator({ alg }))).toBeDefined()
  })

  it('with extensions that nobody asked for is accepted', async () => {
    expect(await register({ extensions })).toBeDefined()
  })

  it('of a synced passkey says so, from any origin of the list', async () => {
    const key = authenticator({ synced: true, origin: 'https://app.example.com' })
    expect(await register({}, key)).toMatchObject({ backupEligible: true, backedUp: true })
  })

  it.each<[string, Attestation]>([
    ['a wrong origin', { origin: 'https://example.com' }],
    ['an origin that begins like ours', { origin: `${origin}.evil.example` }],
    ['a wrong RP ID', { rpId: 'example.org' }],
    ['the type of a login', { type: 'webauthn.get' }],
    ['another challenge', { clientData: { challenge: handleOf(randomUUID()) } }],
    ['no user verification', { userVerified: false }],
    ['no user presence', { userPresent: false }],
    ['a frame of another origin', withCrossOrigin],
    ['a top origin', withTopOrigin],
    ['a backup of a passkey that cannot have one', { backedUp: true }],
    ['a credential id of 15 bytes', { credentialId: Buffer.alloc(15, 1) }],
    ['a credential id of 1024 bytes', { credentialId: Buffer.alloc(1024, 1) }],
    ['an attestation with a certificate', packedWith('x5c', [Buffer.alloc(600)])],
    ['an attestation with an empty list of certificates', packedWith('x5c', [])],
    ['an attestation with an ECDAA key', packedWith('ecdaaKeyId', Buffer.alloc(16))],
    ['a self attestation of another algorithm', packedWith('alg', -257)],
    ['a self attestation with a wrong signature', packedWith('sig', Buffer.alloc(70))],
    ['a statement without attestation', { statement: new Map([['sig', Buffer.alloc(70)]]) }],
    ['a key of P-384', { coseKey: (key) => key.set(-1, 2) }],
    ['a key of an algorithm that was not offered', { coseKey: (key) => key.set(3, -35) }],
    ['an algorithm of another type of key', { coseKey: (key) => key.set(3, -8) }],
    ['a point that is not on the curve', { coseKey: (key) => key.set(-2, Buffer.alloc(32, 7)) }],
    ['a short coordinate', { coseKey: (key) => key.set(-3, Buffer.alloc(31, 7)) }],
    ['extensions that are cut off', { extensions: extensions.subarray(0, -1) }],
    ['CBOR with a length that is not the shortest', { attestationObject: withLongLength }],
    ['CBOR that goes on', { attestationObject: (bytes) => Buffer.concat([bytes, Buffer.from([0])]) }],
    ['CBOR with a key twice', { attestationObject: twice }],
    ['CBOR that is nested too deep', { attestationObject: () => Buffer.alloc(100_000, 0x81) }],
    ['no CBOR', { attestationObject: () => Buffer.from('{}') }],
  ])('with %s is refused', async (_, change) => {
    expect(await register(change)).toBeUndefined()
  })

  it.each(['fido-u2f', 'android-safetynet', 'android-key', 'tpm', 'apple', 'compound', ''])(
    'with the attestation format "%s" is refused before its certificates are read',
    async (format) => {
      const fetched = jest.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('fetched'))
      const statement = new Map<unknown, unknown>([
        ['alg', -7],
        ['sig', Buffer.alloc(70)],
        ['x5c', [Buffer.alloc(600)]],
      ])
      expect(await register({ format, statement })).toBeUndefined()
      expect(fetched).not.toHaveBeenCalled()
      fetched.mockRestore()
    },
  )

  it('is refused wherever its CBOR is cut off', async () => {
    const key = authenticator()
    const { length } = Buffer.from(key.create(options).response.attestationObject, 'base64url')
    for (let cut = 0; cut < length; cut++) {
      const attestationObject = (bytes: Buffer) => bytes.subarray(0, cut)
      expect([cut, await register({ attestationObject }, key)]).toEqual([cut, undefined])
    }
  })

  it('is refused if a text is not canonical base64url', async () => {
    const response = authenticator().create(options)
    const { clientDataJSON, attestationObject } = response.response
    const change = (parts: object, id = response.id) => ({
      ...response,
      id,
      rawId: id,
      response: { ...response.response, ...parts },
    })
    const verify = (changed: unknown) => verifier.verifyRegistration(changed, challenge)
    expect(await verify(change({}))).toBeDefined()
    expect(await verify(change({}, notCanonical(response.id)))).toBeUndefined()
    expect(await verify(change({ clientDataJSON: notCanonical(clientDataJSON) }))).toBeUndefined()
    expect(await verify(change({ attestationObject: notCanonical(attestationObject) }))).toBeUndefined()
    expect(await verify({ ...response, rawId: authenticator().id })).toBeUndefined()
    expect(await verify({ ...response, type: 'password' })).toBeUndefined()
  })

  it('is refused with the id of another credential', async () => {
    const { id } = authenticator()
    const response = { ...authenticator().create(options), id, rawId: id }
    expect(await verifier.verifyRegistration(response, challenge)).toBeUndefined()
  })

  it.each([undefined, null, 7, 'text', [], {}, { id: 'x', response: null }])(
    'is refused if it is %j',
    async (response) => {
      expect(await verifier.verifyRegistration(response, challenge)).toBeUndefined()
      expect(verifier.challengeOf(response)).toBeUndefined()
      expect(verifier.claimOf(response)).toBeUndefined()
    },
  )

  it('keeps only names of transports', async () => {
    const response = authenticator().create(options)
    const transports = ['usb', 'usb', 'smart-card', 7, '<b>', 'x'.repeat(99), null]
    const changed = { ...response, response: { ...response.response, transports } }
    const verified = await verifier.verifyRegistration(changed, challenge)
    expect(verified?.transports).toEqual(['usb', 'smart-card'])
  })
})

describe('a login', () => {
  it.each([-7, -8, -257] as const)('with a passkey of algorithm %i is accepted', async (alg) => {
    const { logIn } = await registered({ alg })
    expect(await logIn()).toEqual({ counter: 1, backedUp: false })
  })

  it.each<[string, Assertion]>([
    ['a wrong origin', { origin: 'https://example.com' }],
    ['a wrong RP ID', { rpId: 'example.org' }],
    ['the type of a registration', { type: 'webauthn.create' }],
    ['another challenge', { clientData: { challenge: handleOf(randomUUID()) } }],
    ['no user verification', { userVerified: false }],
    ['no user presence', { userPresent: false }],
    ['a frame of another origin', withCrossOrigin],
    ['a top origin', withTopOrigin],
    ['no user handle', { userHandle: null }],
    ['the user handle of another user', { userHandle: handleOf(randomUUID()) }],
    ['the user handle as text', { userHandle: Buffer.from(userId).toString('base64url') }],
    ['another credential id', { id: authenticator().id }],
    ['another backup eligibility', { backupEligible: true }],
    ['a backup of a passkey that cannot have one', { backedUp: true }],
  ])('with %s is refused', async (_, change) => {
    const { logIn } = await registered()
    expect(await logIn(change)).toBeUndefined()
  })

  it('is refused for the passkey of another user, RP ID or key', async () => {
    const { logIn } = await registered()
    const { passkey: other } = await registered()
    expect(await logIn({}, { userId: randomUUID() })).toBeUndefined()
    expect(await logIn({}, { rpId: 'auth.example.com' })).toBeUndefined()
    expect(await logIn({}, { publicKey: other.publicKey })).toBeUndefined()
    expect(await logIn({}, { publicKey: '' })).toBeUndefined()
  })

  it('is refused if a byte of what was signed has changed', async () => {
    const { key, passkey } = await registered()
    const response = key.get({ challenge, rpId })
    for (const part of ['authenticatorData', 'signature', 'clientDataJSON'] as const) {
      const bytes = Buffer.from(response.response[part], 'base64url')
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1)
      const changed = { ...response.response, [part]: bytes.toString('base64url') }
      const verify = (parts: object) =>
        verifier.verifyAuthentication({ ...response, response: parts }, challenge, passkey)
      expect(await verify(response.response)).toBeDefined()
      expect(await verify(changed)).toBeUndefined()
      expect(await verify({ ...response.response, [part]: `${response.response[part]}=` })).toBeUndefined()
      expect(await verify({ ...response.response, [part]: 7 })).toBeUndefined()
    }
  })

  it('accepts a counter that goes back: the caller reports it', async () => {
    const { logIn } = await registered()
    expect(await logIn({ counter: 3 }, { counter: 9 })).toEqual({ counter: 3, backedUp: false })
  })

  it('tells whether a synced passkey has a backup now', async () => {
    const { logIn } = await registered({ synced: true })
    expect(await logIn({ backedUp: false })).toMatchObject({ backedUp: false })
    expect(await logIn()).toMatchObject({ backedUp: true })
  })

  it('names its challenge, user and passkey before it is verified', async () => {
    const { key, passkey } = await registered()
    const response = key.get({ challenge, rpId })
    expect(verifier.challengeOf(response)).toBe(challenge)
    expect(verifier.claimOf(response)).toEqual({ userId, passkeyId: passkey.id })
  })
})

/** A self attestation with another entry. */
function packedWith(name: string, value: unknown): Attestation {
  return { format: 'packed', statement: new Map([[name, value]]) }
}
/** Writes the length of the authenticator data in two bytes instead of one. */
function withLongLength(bytes: Buffer): Buffer {
  const end = bytes.indexOf('authData') + 'authData'.length
  return Buffer.concat([bytes.subarray(0, end), Buffer.from([0x59, 0]), bytes.subarray(end + 1)])
}
function twice(bytes: Buffer): Buffer {
  const again = Buffer.concat([cbor('fmt'), cbor('none')])
  return Buffer.concat([Buffer.from([0xa4]), bytes.subarray(1), again])
}
