import * as z from 'zod'
import { roles } from '../domain/users.ts'

export const user = z
  .object({
    id: z.uuid(),
    email: z.string().meta({ format: 'email' }),
    name: z.string(),
    roles: z.array(z.enum(roles)).readonly(),
    emailVerified: z.boolean(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'User' })

/** RFC 6749 section 5.1, in this API's case, with the user that the access token speaks for. */
export const grant = z
  .object({
    accessToken: z.string().meta({ description: 'Send it as `Authorization: Bearer ...`.' }),
    tokenType: z.literal('Bearer'),
    expiresIn: z.int().meta({ description: 'Seconds until the access token expires.' }),
    refreshToken: z.string().optional().meta({
      description: 'Only for clients that asked for it in the body; browsers get it as a cookie.',
    }),
    user,
  })
  .meta({ id: 'Grant' })

/** RFC 9457, with the code that programs decide by and the id to give to whoever runs the service. */
export const problem = z
  .object({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    code: z.string(),
    requestId: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' })
