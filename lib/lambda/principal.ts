import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import * as z from 'zod/mini'
import { levels } from '../domain/assurance.ts'
import type { Lifetimes, Seconds } from '../domain/lifetimes.ts'
import type { Principal } from '../domain/principal.ts'
import { Refusal } from '../domain/refusal.ts'

const principalSchema = z.object({
  userId: z.uuid(),
  sessionId: z.uuid(),
  roles: z.readonly(z.array(z.string())),
  withheldRoles: z.optional(z.readonly(z.array(z.string()))),
  // API Gateway does not document whether numbers stay numbers.
  claimsVersion: z.coerce.number().check(z.int()),
  expiresAt: z.coerce.number().check(z.int()),
  authTime: z.coerce.number().check(z.int()),
  acr: z.enum(levels),
})

/**
 * Returns the principal, on protected routes only: elsewhere this part of the event is not trustworthy. The authorizer has
 * verified the user. This function checks the roles, before the request is parsed.
 */
export function principalOf(
  event: APIGatewayProxyEventV2,
  roles: readonly string[] | undefined,
  now: Seconds,
): Principal {
  const context = event.requestContext as { authorizer?: { lambda?: unknown } }
  const result = principalSchema.safeParse(context.authorizer?.lambda)
  if (!result.success) throw new Refusal('unauthorized')
  // A gateway that caches the authorizer's answer does not know when the token expires.
  if (result.data.expiresAt <= now) throw new Refusal('unauthorized')
  if (roles && !roles.some((role) => result.data.roles.includes(role))) {
    const isWithheld = roles.some((role) => result.data.withheldRoles?.includes(role))
    throw new Refusal(isWithheld ? 'second_factor_enrolment_required' : 'forbidden')
  }
  return result.data
}

/** Refuses if the user's last proof is too old for this request. RFC 9470 section 3. */
export function checkFreshness(
  { authTime }: Principal,
  { freshSeconds }: Pick<Lifetimes, 'freshSeconds'>,
  now: Seconds,
): void {
  if (now - authTime > freshSeconds)
    throw new Refusal('reauthentication_required', { members: { maxAge: freshSeconds } })
}
