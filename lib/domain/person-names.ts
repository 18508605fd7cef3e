import { codePoints } from './password-length.ts'

export const LONGEST_NAME = 100

/** Whether a name has visible characters, and none that could mislead a log, a mail header or a reader. */
export const isReadable = (text: string): boolean =>
  !/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u.test(text) && /[^\s\p{Default_Ignorable_Code_Point}]/u.test(text)

/** Whether a name, without spaces around it, has an accepted length. */
export const isNameLength = (text: string): boolean => text !== '' && codePoints(text) <= LONGEST_NAME
