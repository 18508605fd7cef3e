import {
  createHash,
  generateKeyPairSync,
  type KeyObject,
  type KeyPairKeyObjectResult,
  randomBytes,
  sign,
} from 'node:crypto'
import { cbor } from './cbor.ts'

/** What a test changes in a ceremony. */
export interface Ceremony {
  readonly origin?: string
  readonly rpId?: string
  readonly type?: string
  readonly clientData?: object
  readonly userVerified?: boolean
  readonly userPresent?: boolean
  readonly backupEligible?: boolean
  readonly backedUp?: boolean
  readonly counter?: number
}
export interface Attestation extends Ceremony {
  readonly format?: string
  /** Entries that are added to the statement, after it was signed. */
  readonly statement?: Map<unknown, unknown>
  readonly credentialId?: Buffer
  /** CBOR of extensions, which no option asks for. */
  readonly extensions?: Buffer
  /** Changes the public key or the finished attestation object. */
  readonly coseKey?: (key: Map<number, unknown>) => Map<number, unknown>
  readonly attestationObject?: (bytes: Buffer) => Buffer
}
export interface Assertion extends Ceremony {
  readonly userHandle?: string | null
  readonly id?: string
}

type Algorithm = -7 | -8 | -257
const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest()
const flag = (is: boolean, bit: number) => (is ? 1 << bit : 0)
const unsigned = (value: number, bytes: 2 | 4) => {
  const buffer = Buffer.alloc(bytes)
  buffer.writeUIntBE(value, 0, bytes)
  return buffer
}
const keyPairs: Record<Algorithm, () => KeyPairKeyObjectResult> = {
  [-7]: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  [-8]: () => generateKeyPairSync('ed25519'),
  [-257]: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
}

/** The COSE key of a public key (RFC 9053, RFC 8230). */
function coseKeyOf(alg: Algorithm, key: KeyObject): Map<number, unknown> {
  const jwk = key.export({ format: 'jwk' })
  const bytes = (name: 'x' | 'y' | 'n' | 'e') => Buffer.from(jwk[name] ?? '', 'base64url')
  if (alg === -257)
    return new Map<number, unknown>([
      [1, 3],
      [3, alg],
      [-1, bytes('n')],
      [-2, bytes('e')],
    ])
  if (alg === -8)
    return new Map<number, unknown>([
      [1, 1],
      [3, alg],
      [-1, 6],
      [-2, bytes('x')],
    ])
  return new Map<number, unknown>([
    [1, 2],
    [3, alg],
    [-1, 1],
    [-2, bytes('x')],
    [-3, bytes('y')],
  ])
}

/** An authenticator in software, with one resident key, and the browser in front of it (WebAuthn level 3, 5.1 and 6.3). */
export function authenticator({
  alg = -7 as Algorithm,
  origin = 'https://auth.example.com',
  synced = false,
} = {}) {
  const { publicKey, privateKey } = keyPairs[alg]()
  const id = randomBytes(32)
  let counter = 0
  let userHandle = ''
  let rpId = ''

  const clientDataOf = (type: string, challenge: string, change: Ceremony) => {
    const data = { type, challenge, origin, crossOrigin: false, ...change.clientData }
    if (change.type) data.type = change.type
    if (change.origin) data.origin = change.origin
    return Buffer.from(JSON.stringify(data))
  }
  const authDataOf = (change: Ceremony & Pick<Attestation, 'extensions'>, attested?: Buffer) => {
    const { userPresent = true, userVerified = true, backupEligible = synced, backedUp = synced } = change
    const flags =
      flag(userPresent, 0) |
      flag(userVerified, 2) |
      flag(backupEligible, 3) |
      flag(backedUp, 4) |
      flag(attested !== undefined, 6) |
      flag(change.extensions !== undefined, 7)
    const count = change.counter ?? counter
    return Buffer.concat([
      sha256(change.rpId ?? rpId),
      Buffer.from([flags]),
      unsigned(count, 4),
      attested ?? Buffer.alloc(0),
      change.extensions ?? Buffer.alloc(0),
    ])
  }
  const signed = (data: Buffer) => sign(alg === -8 ? null : 'sha256', data, privateKey)

  return {
    id: id.toString('base64url'),

    /** Registers for the options of `POST /users/me/passkeys/options`. */
    create(
      options: { challenge: string; rp: { id?: string }; user: { id: string } },
      change: Attestation = {},
    ) {
      rpId = options.rp.id ?? ''
      userHandle = options.user.id
      const clientData = clientDataOf('webauthn.create', options.challenge, change)
      const credentialId = change.credentialId ?? id
      const key = change.coseKey?.(coseKeyOf(alg, publicKey)) ?? coseKeyOf(alg, publicKey)
      const attested = Buffer.concat([
        Buffer.alloc(16),
        unsigned(credentialId.length, 2),
        credentialId,
        cbor(key),
      ])
      const authData = authDataOf(change, attested)
      const { format = 'none' } = change
      const self = () =>
        new Map<unknown, unknown>([
          ['alg', alg],
          ['sig', signed(Buffer.concat([authData, sha256(clientData)]))],
        ])
      const attStmt = new Map([...(format === 'packed' ? self() : []), ...(change.statement ?? [])])
      const object = cbor(
        new Map<unknown, unknown>([
          ['fmt', format],
          ['attStmt', attStmt],
          ['authData', authData],
        ]),
      )
      return {
        id: credentialId.toString('base64url'),
        rawId: credentialId.toString('base64url'),
        type: 'public-key',
        authenticatorAttachment: 'platform',
        clientExtensionResults: {},
        response: {
          clientDataJSON: clientData.toString('base64url'),
          attestationObject: (change.attestationObject?.(object) ?? object).toString('base64url'),
          transports: ['internal', 'hybrid'],
        },
      }
    },

    /** Signs for the options of `POST /auth/passkey/options`. */
    get(options: { challenge: string; rpId?: string | undefined }, change: Assertion = {}) {
      counter += 1
      const clientData = clientDataOf('webauthn.get', options.challenge, change)
      const authData = authDataOf({ ...(options.rpId && { rpId: options.rpId }), ...change })
      const handle = change.userHandle === undefined ? userHandle : change.userHandle
      const credentialId = change.id ?? id.toString('base64url')
      return {
        id: credentialId,
        rawId: credentialId,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: clientData.toString('base64url'),
          authenticatorData: authData.toString('base64url'),
          signature: signed(Buffer.concat([authData, sha256(clientData)])).toString('base64url'),
          ...(handle !== null && { userHandle: handle }),
        },
      }
    },
  }
}
export type Authenticator = ReturnType<typeof authenticator>
