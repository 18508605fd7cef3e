import * as z from 'zod/mini'
import { name } from './fields.ts'

/** The name of a provider in PROVIDERS. Which there are is a setting, so the steps check it. */
export const provider = z.string().register(z.globalRegistry, { examples: ['google'] })

/** Where the browser goes on with a code or an error. The steps compare it with the settings. */
export const redirect = z
  .string()
  .check(z.maxLength(2048))
  .register(z.globalRegistry, {
    description: 'An entry of SOCIAL_REDIRECTS, exactly, or the address of a ready-made page.',
    examples: ['https://app.example.com/after-login'],
  })

export const codeChallenge = z
  .string()
  .check(z.maxLength(128))
  .register(z.globalRegistry, {
    description: 'The base64url of the SHA-256 of your code verifier: 43 characters (RFC 7636 4.2, S256).',
    examples: ['E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'],
  })

/** What a user sends who is logged in. */
export const flowOfUser = z.strictObject({ redirect, codeChallenge })
export const flowAddress = z
  .object({
    url: z.string().register(z.globalRegistry, {
      description: 'Navigate the browser there within a minute. It works once.',
      examples: ['https://auth.example.com/auth/social/google?ticket=...'],
    }),
  })
  .register(z.globalRegistry, { id: 'FlowAddress' })

/** The name in the `user` field of Apple, which is JSON. A name that no account could have is left out. */
function nameOf(json: string): string | undefined {
  try {
    const { firstName = '', lastName = '' } = JSON.parse(json).name
    return z.parse(name, `${firstName} ${lastName}`)
  } catch {
    return undefined
  }
}

/** What Apple posts. It has more fields, and may get others: these are left out (RFC 6749 4.1.2). */
export const postedCallback = z.object({
  state: z.string(),
  code: z.exactOptional(z.string()),
  error: z.exactOptional(z.string()),
  iss: z.exactOptional(z.string()),
  user: z.optional(z.pipe(z.string(), z.transform(nameOf))),
})
