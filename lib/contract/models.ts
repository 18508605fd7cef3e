import * as z from 'zod/mini'
import { levels } from '../domain/assurance.ts'
import { factorNames } from '../domain/factor-names.ts'
import { locales } from '../domain/locales.ts'
import { roles, statuses } from '../domain/users.ts'

const identity = {
  id: z.uuid(),
  email: z.string().register(z.globalRegistry, { format: 'email' }),
  name: z.string(),
  roles: z.readonly(z.array(z.enum(roles))),
  emailVerified: z.boolean(),
  createdAt: z.iso.datetime(),
}
const locale = z.enum(locales)

export const user = z.object({ ...identity, locale }).register(z.globalRegistry, { id: 'User' })

/** A user as administrators see it. */
export const listedUser = z
  .object({ ...identity, status: z.enum(statuses) })
  .register(z.globalRegistry, { id: 'ListedUser' })

/** One user as administrators see it. The list of users comes from an index, which has no factors. */
export const userDetails = z
  .extend(listedUser, {
    factors: z.object({ totp: z.boolean(), passkeys: z.int() }).register(z.globalRegistry, {
      description: 'The second factors of the account: whether it has TOTP, and the number of passkeys.',
    }),
  })
  .register(z.globalRegistry, { id: 'UserDetails' })

/** All data stored about a user, for that user. */
export const exportedUser = z
  .extend(listedUser, {
    locale,
    devices: z.readonly(z.array(z.string())).register(z.globalRegistry, {
      description: 'Known devices: a hash of the kind of client and half of its network address.',
    }),
    formerEmail: z.optional(
      z.object({ email: z.string(), keptUntil: z.iso.datetime() }).register(z.globalRegistry, {
        description: 'The email before the last change, while the change can be undone.',
      }),
    ),
  })
  .register(z.globalRegistry, { id: 'ExportedUser' })

/** One login of one client. `current` marks the session of the access token in the request. */
export const session = z
  .object({
    id: z.uuid(),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime(),
    client: z.object({ userAgent: z.string(), ip: z.string() }),
    current: z.boolean(),
  })
  .register(z.globalRegistry, { id: 'Session' })

/** All data stored about a session, for its user. */
export const exportedSession = z
  .extend(session, {
    idleExpiresAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    authTime: z.iso.datetime(),
    amr: z.readonly(z.array(z.string())),
    acr: z.enum(levels),
  })
  .register(z.globalRegistry, { id: 'ExportedSession' })

/** RFC 6749 section 5.1 in camel case, with the user of the access token. */
export const tokenResponse = z
  .object({
    accessToken: z
      .string()
      .register(z.globalRegistry, { description: 'Send it as `Authorization: Bearer ...`.' }),
    tokenType: z.literal('Bearer'),
    expiresIn: z.int().register(z.globalRegistry, { description: 'Seconds until the access token expires.' }),
    refreshToken: z.optional(z.string()).register(z.globalRegistry, {
      description: 'Only for clients that asked for it in the body; browsers get it as a cookie.',
    }),
    user,
  })
  .register(z.globalRegistry, { id: 'TokenResponse' })

/** The codes themselves, which no later request can read. */
const recoveryCodes = z.readonly(z.array(z.string())).register(z.globalRegistry, {
  description: 'Show them to the user now, once. Each works once, in place of a second factor.',
})

/** The answer to a change of factors: the tokens of the session that goes on, and new recovery codes if there are any. */
export const factorChange = z
  .extend(tokenResponse, { recoveryCodes: z.optional(recoveryCodes) })
  .register(z.globalRegistry, { id: 'FactorChange' })

/** A passkey as its owner sees it: without its key. */
export const passkey = z
  .object({
    id: z.string(),
    name: z.string(),
    rpId: z.string().register(z.globalRegistry, {
      description: 'The domain that the passkey belongs to. With one of another domain, nobody can log in.',
    }),
    backedUp: z.boolean().register(z.globalRegistry, {
      description: 'Whether it was copied to another place, such as a synced account, when it was last used.',
    }),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime(),
  })
  .register(z.globalRegistry, { id: 'Passkey' })

/** What an account can prove, without secrets. */
export const factors = z
  .object({
    password: z.boolean().register(z.globalRegistry, { description: 'Whether the account has a password.' }),
    totp: z.optional(z.object({ enrolledAt: z.iso.datetime(), lastUsedAt: z.iso.datetime() })),
    passkeys: z.array(passkey),
    recoveryCodes: z.optional(z.object({ left: z.int(), createdAt: z.iso.datetime() })),
  })
  .register(z.globalRegistry, { id: 'Factors' })

/** The secret of an authenticator app, shown once. */
export const totpEnrolment = z
  .object({
    secret: z.string().register(z.globalRegistry, { description: '160 bits in base32.' }),
    uri: z.string().register(z.globalRegistry, { description: 'An `otpauth://` address.' }),
  })
  .register(z.globalRegistry, { id: 'TotpEnrolment' })

/** RFC 9457, with a code for programs and a request id for the operators. */
export const problem = z
  .object({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int(),
    detail: z.optional(z.string()),
    code: z.string(),
    requestId: z.string(),
    maxAge: z.optional(z.int()).register(z.globalRegistry, {
      description: 'For `reauthentication_required`: how many seconds ago the last proof may be.',
    }),
    authSession: z.optional(z.string()).register(z.globalRegistry, {
      description:
        'For `second_factor_required`: send it to `POST /auth/second-factor`. Keep it in memory only.',
    }),
    expiresIn: z
      .optional(z.int())
      .register(z.globalRegistry, { description: 'Seconds until `authSession` or `linkSession` expires.' }),
    factors: z
      .optional(z.readonly(z.array(z.enum(factorNames))))
      .register(z.globalRegistry, { description: 'For `second_factor_required`: what may be proven.' }),
    linkSession: z.optional(z.string()).register(z.globalRegistry, {
      description:
        'For `link_required` and `email_required`: for `POST /auth/social/link`. Keep it in memory.',
    }),
    email: z.optional(z.string()).register(z.globalRegistry, {
      description: 'For `link_required`: the email of the account.',
    }),
    proofs: z
      .optional(z.readonly(z.array(z.enum(['password', 'passkey', 'code']))))
      .register(z.globalRegistry, { description: 'For `link_required`: what may prove the account.' }),
    errors: z.optional(z.array(z.object({ path: z.string(), message: z.string() }))),
  })
  .register(z.globalRegistry, { id: 'Problem' })
