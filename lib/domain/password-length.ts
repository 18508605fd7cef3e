/** Counts code points, which is what people call characters (NIST SP 800-63B-4, 3.1.1.2). */
export const codePoints = (text: string): number => [...text].length

/** The minimum of NIST SP 800-63B-4 3.1.1.2 for a password as the only factor. PASSWORD_MIN_LENGTH changes it. */
export const DEFAULT_LEAST_LENGTH = 15
/** The upper bound limits the work of hashing. */
export const LONGEST_PASSWORD = 256

/** Returns the problem with the length of a new password, naming the bounds, if there is one. ASVS 6.2.1, 6.2.9. */
export function lengthProblem(password: string, least: number): string | undefined {
  const typed = codePoints(password)
  // Count the normalized form too, which is hashed: combining marks do not make a password long.
  const isLong = typed >= least && codePoints(password.normalize('NFKC')) >= least
  if (isLong && typed <= LONGEST_PASSWORD) return undefined
  return `must have ${least} to ${LONGEST_PASSWORD} characters`
}
