import { domainToASCII } from 'node:url'
import * as z from 'zod/mini'
import { locales } from '../domain/locales.ts'
import { codePoints, DEFAULT_LEAST_LENGTH, LONGEST_PASSWORD } from '../domain/password-length.ts'
import { roles } from '../domain/users.ts'
import { LENGTH_SETTING } from './contract.ts'

const isBetween = (least: number, value: number, most: number) => least <= value && value <= most
const notAnAddress = 'must be an email address'
const passwordFormat = {
  format: 'password',
  maxLength: LONGEST_PASSWORD,
  examples: ['correct horse battery staple'],
}

/** Characters that look like `@` and that NFKC turns into one: they redirect mail (GHSA-7rqj-j65f-68wh). */
const hasForeignAt = (text: string) => /[\uFE6B\uFF20]/.test(text)

/** RFC 5321's dot-string of 64 octets and letter-digit-hyphen labels: SES can deliver to nothing else. */
const atom = "[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const address = new RegExp(
  `^(?=.{1,254}$)(?=[^@]{1,64}@)${atom}(?:\\.${atom})*@(?:${label}\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$`,
)

/**
 * What a host name must not contain before its conversion: other ASCII characters, which are URL syntax; invisible characters,
 * except the joiners of some scripts; a label that begins or ends with a hyphen.
 */
const notInHost =
  /[^a-z0-9.\u0080-\u{10FFFF}-]|(?![\u200C\u200D])\p{Default_Ignorable_Code_Point}|(?:^|[.\u3002])-|-(?:[.\u3002]|$)/u

/**
 * Returns the canonical form of an email, or an invalid text. The form is NFKC in lower case. Its domain is in A-labels, by
 * which mail servers are looked up (UTS 46 non-transitional: `ß` is not `ss`). UTS 46 converts the domain as it was sent,
 * because lower-casing first would turn a capital sigma at the end of a word into `ς` instead of `σ`. ASCII domains are not
 * converted: `domainToASCII` would read `1.2` as an IPv4 address of a URL.
 */
function canonical(text: string): string {
  const given = text.trim()
  const folded = given.normalize('NFKC').toLowerCase()
  const at = folded.lastIndexOf('@')
  const domain = folded.slice(at + 1)
  if (/^[\0-\x7F]*$/.test(domain)) return folded
  if (notInHost.test(domain)) return ''
  return folded.slice(0, at + 1) + domainToASCII(given.slice(given.lastIndexOf('@') + 1))
}

/** An email, converted to its canonical form and then checked. */
export const email = z
  .pipe(
    z.string().check(
      z.maxLength(1024, notAnAddress),
      z.refine((text) => !hasForeignAt(text), notAnAddress),
    ),
    z.pipe(z.transform(canonical), z.string().check(z.refine((text) => address.test(text), notAnAddress))),
  )
  .register(z.globalRegistry, { format: 'idn-email', maxLength: 254, examples: ['ada@example.com'] })

/** Has visible characters, and none that could mislead a log, a mail header or a reader. */
const isReadable = (text: string) =>
  !/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u.test(text) && /[^\s\p{Default_Ignorable_Code_Point}]/u.test(text)

/** A person's name as they write it. */
export const name = z
  .string()
  .check(
    z.trim(),
    z.refine((text) => isBetween(1, codePoints(text), 100), {
      error: 'must have 1 to 100 characters',
      abort: true,
    }),
    z.refine(isReadable, 'must be readable, without control characters'),
  )
  .register(z.globalRegistry, { minLength: 1, maxLength: 100, examples: ['Ada Lovelace'] })

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
