import { domainToUnicode } from 'node:url'
import { guessBits } from './password-guesses.ts'
import type { Ports } from './ports.ts'
import { Refusal } from './refusal.ts'

/** A password must not be a repetition of fewer characters than these. */
const SHORTEST_UNIT = 8
/** The guesses that a password must exceed: about 10^9, which an attacker with the stolen hash makes in hours at cost 12. */
const LEAST_BITS = Math.log2(1e9)
/** An attacker who knows the user tries the user's own words early. */
const RANK_OF_OWN_WORDS = 1000

/** The ports that the password rules use. */
export type PasswordRulePorts = Pick<Ports, 'commonPasswords' | 'breachedPasswords' | 'policy' | 'events'>

/**
 * Refuses a password that attackers guess early, with `weak_password` and the name `path`. Such a password takes few guesses,
 * or was exposed by a breach. Or it consists of the product's name or the user's own `words` (email, name), alone or repeated,
 * with the last repetition cut short.
 * NIST SP 800-63B-4 3.1.1.2, ASVS 6.2.4, 6.2.11, 6.2.12.
 */
export async function checkNewPassword(
  { commonPasswords, breachedPasswords, policy, events }: PasswordRulePorts,
  password: string,
  { path, words }: { path: string; words: readonly string[] },
): Promise<void> {
  const refuse = (message: string) => {
    throw new Refusal('weak_password', { issues: [{ path, message }] })
  }
  const whole = canonical(password)
  const compact = withoutBlanks(whole)
  if ([whole, compact].some(repeatsFewCharacters)) refuse('must not consist of a few repeated characters')

  const forms = [compact, withoutFewSigns(compact)]
  const own = [policy.productName, ...words].flatMap(guesses)
  if (forms.some((form) => own.some((word) => isRepeat(form, word))))
    refuse('must not be your name, your email, the name of this service, or a part of these')

  const ownWords = new Set(own)
  const rankOf = (word: string) =>
    commonPasswords.rankOf(word) ?? (ownWords.has(word) ? RANK_OF_OWN_WORDS : undefined)
  if (guessBits(password, rankOf) < LEAST_BITS)
    refuse(
      'must not be easy to guess: common words or passwords, keys in a row, a sequence, a date, or a repeat of these',
    )

  const breached = await breachedPasswords.find(password)
  if (breached === 'found') refuse('must not be one that was found in a breach of another service')
  if (breached === 'unknown') events.record({ type: 'password.breach_check_failed' })
}

// Compare only whole passwords, because a good one may contain any word. Every step is linear in the password's length: NFKC
// can turn the 256 characters that a caller may send into 4,608.

const canonical = (text: string) => text.normalize('NFKC').toLowerCase()
const withoutBlanks = (text: string) => text.replace(/\s+/gu, '')
const SIGNS = /[^\p{L}\p{M}\p{N}]+/gu
const withoutSigns = (text: string) => text.replace(SIGNS, '')

/** Removes signs, unless they are more than a quarter of the text: then they are the password, not separators. */
function withoutFewSigns(text: string): string {
  const bare = withoutSigns(text)
  return bare.length >= 0.75 * text.length ? bare : text
}

/** An email is stored with its domain in A-labels; people type `müller.example`. */
function asTyped(stored: string): string {
  const at = stored.lastIndexOf('@') + 1
  return at === 0 ? stored : `${stored.slice(0, at)}${domainToUnicode(stored.slice(at))}`
}

/** The guesses that follow from an email or a name: `ada.lovelace+x@example.com`, `ada.lovelace`, `adalovelace`, `ada`. */
function guesses(text: string): readonly string[] {
  const stored = canonical(text)
  return [...new Set([stored, asTyped(stored)])]
    .flatMap((whole) => [whole, ...whole.split('@'), ...whole.split(/[@+]/), ...whole.split(SIGNS)])
    .flatMap((part) => [withoutBlanks(part), withoutSigns(part)])
    .filter((part) => part !== '')
}

/** Whether `text` is `unit` once or more often; the last repetition may be cut short. */
const isRepeat = (text: string, unit: string) =>
  text.startsWith(unit) && unit.repeat(Math.ceil(text.length / unit.length)).startsWith(text)

const repeatsFewCharacters = (text: string) =>
  beginnings(text, SHORTEST_UNIT - 1).some((unit) => isRepeat(text, unit))

/** The first character of a text, the first two, and so on up to `most`. */
function beginnings(text: string, most: number): readonly string[] {
  let beginning = ''
  return [...text].slice(0, most).map((character) => {
    beginning += character
    return beginning
  })
}
