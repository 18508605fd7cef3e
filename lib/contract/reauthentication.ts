import * as z from 'zod/mini'
import { digits, exactlyOne, password, transport } from './fields.ts'
import { redeemedCode } from './identities.ts'
import { factorProofs } from './passkeys.ts'

/** What a user proves again: exactly one. */
export const proofAgain = z
  .strictObject({
    password: z.optional(password),
    ...factorProofs,
    code: z.optional(digits),
    social: z.optional(z.strictObject(redeemedCode)),
    transport,
  })
  .check(exactlyOne('password', 'totp', 'recoveryCode', 'passkey', 'code', 'social'))
