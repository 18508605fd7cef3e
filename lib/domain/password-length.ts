/** Code points, which is what people call characters (NIST SP 800-63B-4, 3.1.1.2). */
export const codePoints = (text: string): number => [...text].length

/** NIST SP 800-63B-4 3.1.1.2, where the password is the only factor. PASSWORD_MIN_LENGTH changes it. */
export const DEFAULT_LEAST_LENGTH = 15
/** No password has more characters: hashing it must not cost us. */
export const LONGEST_PASSWORD = 256

/** What is wrong with the length of a new password, in a sentence that names the bounds. ASVS 6.2.1, 6.2.9. */
export function lengthProblem(password: string, least: number): string | undefined {
  const typed = codePoints(password)
  // Also as it is hashed: combining marks do not make a password long.
  const isLong = typed >= least && codePoints(password.normalize('NFKC')) >= least
  if (isLong && typed <= LONGEST_PASSWORD) return undefined
  return `must have ${least} to ${LONGEST_PASSWORD} characters`
}
