import { authenticator } from '../../tools/testing/authenticator.ts'
import { canAutofillPasskeys, createPasskey, getPasskey, hasPasskeys } from './passkeys.ts'

// A real browser runs the ceremonies in pages/factors.e2e.test.ts. Here is what it cannot be made to do.

const bytes = (base64url: string) => Uint8Array.from(Buffer.from(base64url, 'base64url')).buffer
const challenge = Buffer.alloc(38, 0xfb).toString('base64url')
const requestOptions = {
  rpId: 'auth.example.com',
  challenge,
  timeout: 60_000,
  userVerification: 'required',
} as const
const creationOptions = {
  rp: { id: 'auth.example.com', name: 'Acme' },
  user: { id: 'AAEC', name: 'ada@example.com', displayName: 'Ada' },
  challenge,
  pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
  timeout: 60_000,
  excludeCredentials: [{ type: 'public-key', id: '_-8', transports: ['internal'] }],
  authenticatorSelection: {
    residentKey: 'required',
    requireResidentKey: true,
    userVerification: 'required',
  },
  attestation: 'none',
} as const

let asked: any
/** A browser whose `navigator.credentials` answers with this. `toJSON` fails, as behind some password managers. */
function browserGives(answer: () => unknown) {
  const ceremony = async (options: object) => {
    asked = options
    return answer()
  }
  const toJSON = () => {
    throw new TypeError('Illegal invocation')
  }
  Object.defineProperty(globalThis, 'PublicKeyCredential', {
    value: Object.assign(() => undefined, { toJSON }),
    configurable: true,
  })
  Object.defineProperty(globalThis, 'navigator', {
    value: { credentials: { get: ceremony, create: ceremony } },
    configurable: true,
  })
}
const { navigator } = globalThis
afterEach(() => {
  Reflect.deleteProperty(globalThis, 'PublicKeyCredential')
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true })
})

const key = authenticator()
const credentialOf = ({ rawId, response }: { rawId: string; response: object }) => ({
  rawId: bytes(rawId),
  response: Object.fromEntries(
    Object.entries(response).map(([name, value]) => [name, typeof value === 'string' ? bytes(value) : value]),
  ),
})

it('a new passkey is made and sent in the form of the API, whatever the browser lacks', async () => {
  const made = key.create({ ...creationOptions, rp: { id: 'auth.example.com' } })
  browserGives(() => credentialOf(made))
  const { clientDataJSON, attestationObject } = made.response
  expect(await createPasskey(creationOptions)).toEqual({
    data: {
      id: made.id,
      rawId: made.id,
      type: 'public-key',
      response: { clientDataJSON, attestationObject, transports: [] },
    },
  })
  expect(Buffer.from(asked.publicKey.challenge).toString('base64url')).toBe(challenge)
  expect(Buffer.from(asked.publicKey.user.id)).toEqual(Buffer.from([0, 1, 2]))
  expect(Buffer.from(asked.publicKey.excludeCredentials[0].id)).toEqual(Buffer.from([0xff, 0xef]))
})

it('a passkey is asked for, and sent in the form of the API', async () => {
  const given = key.get({ challenge, rpId: 'auth.example.com' })
  browserGives(() => credentialOf(given))
  const { signal } = new AbortController()
  const { data } = await getPasskey(requestOptions, { signal, isAutofill: true })
  const { id, rawId, type, response } = given
  expect(data).toEqual({ id, rawId, type, response })
  expect(asked).toMatchObject({ signal, mediation: 'conditional', publicKey: { rpId: 'auth.example.com' } })
  expect(Buffer.from(asked.publicKey.challenge).toString('base64url')).toBe(challenge)
})

it.each([
  ['NotAllowedError', 'passkey_not_given'],
  ['AbortError', 'passkey_not_given'],
  ['InvalidStateError', 'passkey_exists'],
  ['SecurityError', 'passkey_unsupported'],
])('%s of the browser is the code %s', async (name, code) => {
  browserGives(() => {
    throw new DOMException('of the browser', name)
  })
  expect((await createPasskey(creationOptions)).error?.code).toBe(code)
  expect((await getPasskey(requestOptions)).error?.code).toBe(code)
})

it('a browser without passkeys is told as one', async () => {
  expect([hasPasskeys(), await canAutofillPasskeys()]).toEqual([false, false])
  expect((await getPasskey(requestOptions)).error?.code).toBe('passkey_unsupported')
  browserGives(() => undefined)
  expect([hasPasskeys(), await canAutofillPasskeys()]).toEqual([true, false])
})
