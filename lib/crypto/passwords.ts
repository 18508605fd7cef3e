import { createHmac, type KeyObject } from 'node:crypto'
import bcrypt from 'bcryptjs'
import type { PasswordHasher } from '../domain/ports.ts'
import type { Keys } from './keys.ts'

/** `<scheme>.<pepper's kid>.<bcrypt hash>`; a plain bcrypt hash belongs to an imported user. */
const SCHEME = 'bcrypt-hmac-sha384'

/** The hash that is compared for an unknown account. It has the current cost, and no password matches it. */
const dummyHash = (cost: number) =>
  `$2b$${String(cost).padStart(2, '0')}$abcdefghijklmnopqrstuu${'5'.repeat(31)}`

/**
 * bcrypt over a peppered pre-hash. bcrypt ignores everything after 72 bytes or NUL, so its input is the base64 of an
 * HMAC-SHA-384 of the NFKC form: always 64 characters. The pepper is not in the database, so stolen hashes are useless without
 * it (OWASP Password Storage Cheat Sheet). `cost` means 2^cost rounds.
 */
export function bcryptPasswords({
  cost,
  keys,
}: {
  cost: number
  keys: Pick<Keys, 'peppers'>
}): PasswordHasher {
  const hash = async (password: string, saltFrom?: (pepper: KeyObject) => string) => {
    const { current } = await keys.peppers()
    const salt = saltFrom ? `$2b$${String(cost).padStart(2, '0')}$${saltFrom(current.key)}` : cost
    return `${SCHEME}.${current.kid}.${await bcrypt.hash(preHash(password, current.key), salt)}`
  }
  return {
    hash: (password) => hash(password),

    hashForSignUp: (password, email) => hash(password, (pepper) => signUpSalt(email, pepper)),

    async ready() {
      await keys.peppers()
    },

    async compare(password, passwordHash) {
      const stored = passwordHash === undefined ? undefined : parse(passwordHash)
      const { current, all } = await keys.peppers(stored?.kid)
      const dummy = preHash(password, current.key)
      if (!stored) {
        await bcrypt.compare(dummy, dummyHash(cost))
        return false
      }
      const pepper = stored.kid === undefined ? undefined : all.get(stored.kid)
      if (stored.kid !== undefined && !pepper) {
        throw new Error('The pepper of a password hash does not exist any more')
      }
      if (await bcrypt.compare(pepper ? preHash(password, pepper) : password, stored.hash)) return true
      // A hash of a lower cost takes less time than the dummy hash. Add the difference: 2^r + 2^r + 2^(r+1) ... equals 2^cost.
      for (let rounds = bcrypt.getRounds(stored.hash); rounds < cost; rounds++) {
        await bcrypt.compare(dummy, dummyHash(rounds))
      }
      return false
    },

    async renew(password, passwordHash) {
      const { current } = await keys.peppers()
      const stored = parse(passwordHash)
      if (stored?.kid === current.kid && bcrypt.getRounds(stored.hash) === cost) return undefined
      // Plain bcrypt compared only the first 72 bytes of a long password; the rest may contain a typing error.
      if (stored?.kid === undefined && bcrypt.truncates(password)) return undefined
      return hash(password)
    },
  }
}

/**
 * A salt of 16 bytes that looks random without the pepper and differs for each email. The prefix and the other hash function
 * separate it from every pre-hash of a password.
 */
function signUpSalt(email: string, pepper: KeyObject): string {
  const bytes = createHmac('sha256', pepper).update(`sign-up salt\0${email}`).digest().subarray(0, 16)
  return bcrypt.encodeBase64(bytes, 16)
}

const preHash = (password: string, pepper: KeyObject) =>
  createHmac('sha384', pepper).update(password.normalize('NFKC')).digest('base64')

const storedHash = new RegExp(
  `^(?:${SCHEME}\\.([^.]+)\\.)?(\\$2[aby]\\$(?:0[4-9]|[12]\\d|3[01])\\$[./A-Za-z\\d]{53})$`,
)

function parse(stored: string): { kid: string | undefined; hash: string } | undefined {
  const [, kid, hash = ''] = storedHash.exec(stored) ?? []
  return hash === '' ? undefined : { kid, hash }
}
