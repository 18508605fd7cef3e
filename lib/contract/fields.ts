import * as z from 'zod/mini'
import { canonicalEmail } from '../domain/email-addresses.ts'
import { locales } from '../domain/locales.ts'
import { codePoints, DEFAULT_LEAST_LENGTH, LONGEST_PASSWORD } from '../domain/password-length.ts'
import { isNameLength, isReadable, LONGEST_NAME } from '../domain/person-names.ts'
import { roles } from '../domain/users.ts'
import { LENGTH_SETTING } from './contract.ts'

const isBetween = (least: number, value: number, most: number) => least <= value && value <= most
const notAnAddress = 'must be an email address'
const passwordFormat = {
  format: 'password',
  maxLength: LONGEST_PASSWORD,
  examples: ['correct horse battery staple'],
}

/** An email, converted to its canonical form and then checked. */
export const email = z
  .pipe(
    z.string(),
    z.pipe(
      z.transform((text: string) => canonicalEmail(text) ?? ''),
      z.string().check(z.minLength(1, notAnAddress)),
    ),
  )
  .register(z.globalRegistry, { format: 'idn-email', maxLength: 254, examples: ['ada@example.com'] })

/** A person's name as they write it. */
export const name = z
  .string()
  .check(
    z.trim(),
    z.refine(isNameLength, {
      error: `must have 1 to ${LONGEST_NAME} characters`,
      abort: true,
    }),
    z.refine(isReadable, 'must be readable, without control characters'),
  )
  .register(z.globalRegistry, { minLength: 1, maxLength: LONGEST_NAME, examples: ['Ada Lovelace'] })

/** The language of a user's mails. */
export const locale = z.enum(locales)

/** A password to verify: any that was once accepted, with a limit on the work of hashing. */
export const password = z
  .string()
  .check(
    z.refine(
      (text) => isBetween(1, codePoints(text), LONGEST_PASSWORD),
      `must have 1 to ${LONGEST_PASSWORD} characters`,
    ),
  )
  .register(z.globalRegistry, { ...passwordFormat, minLength: 1 })

/** A password to set. `lib/lambda/request.ts` checks its length against the setting before any limit is counted. */
export const newPassword = z.string().register(z.globalRegistry, {
  ...passwordFormat,
  minLength: DEFAULT_LEAST_LENGTH,
  [LENGTH_SETTING]: 'PASSWORD_MIN_LENGTH',
})

/** A signed token; its verifier decides whether it is valid. */
export const token = z.string().check(z.minLength(1), z.maxLength(4096))

/** Converts a decimal digit of any script to ASCII: each script has its ten digits in a row (Unicode 4.6). */
function asciiDigit(digit: string): string {
  let value = 0
  for (let code = Number(digit.codePointAt(0)); isDigit.test(String.fromCodePoint(code - 1)); code--) value++
  return String(value % 10)
}
const isDigit = /^\p{Nd}$/u
/** Separators between digits that were read aloud or copied: whitespace, hyphens, invisible characters. */
const betweenDigits = /[\s\p{Pd}\p{Cf}]/gu

const plainDigits = z.transform((text: string) =>
  text
    .normalize('NFKC')
    .replace(betweenDigits, '')
    .replace(/\p{Nd}/gu, asciiDigit),
)
const digitExamples = { maxLength: 64, examples: ['526018', '526 018'] }

/** The digits of a mail, in any common spelling. */
export const digits = z
  .pipe(
    z.string().check(z.maxLength(64, 'must have 6 digits')),
    z.pipe(plainDigits, z.string().check(z.regex(/^\d{6}$/, 'must have 6 digits'))),
  )
  .register(z.globalRegistry, digitExamples)

/** The digits of an authenticator app, in any common spelling. Others are a wrong code, not a wrong request. */
export const totpCode = z
  .pipe(z.string().check(z.maxLength(64)), z.pipe(plainDigits, z.string()))
  .register(z.globalRegistry, digitExamples)

/** A recovery code as it was typed. Its verifier understands case, blanks and hyphens. */
export const recoveryCode = z
  .string()
  .check(z.maxLength(64))
  .register(z.globalRegistry, { examples: ['7k2m-x9qd-4t0w-c6hv'] })

/** An id in a path. Ours are lower-case; a UUID in upper case is equal (RFC 9562 4). */
const id = z.uuid().check(z.toLowerCase())
export const userId = id
export const sessionId = id

/** How a client receives its refresh token: browsers as a cookie, others in the body. */
export const transport = z._default(z.enum(['cookie', 'body']), 'cookie')

/** At least one role, without repetition. */
export const roleList = z.array(z.enum(roles)).check(
  z.minLength(1),
  z.refine((list) => new Set(list).size === list.length, 'must not name a role twice'),
)

/** A change needs at least one field. */
export const notEmpty = z.refine<object>(
  (fields) => Object.values(fields).some((value) => value !== undefined),
  'must change something',
)

/** Exactly one of these fields. */
export const exactlyOne = (...names: readonly string[]) =>
  z.refine<object>(
    (fields) => names.filter((name) => (fields as Record<string, unknown>)[name] !== undefined).length === 1,
    `must have exactly one of ${names.join(', ')}`,
  )
