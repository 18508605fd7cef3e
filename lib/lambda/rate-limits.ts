import type { Contract } from '../contract/contract.ts'
import { limits, type RequestLimit } from '../domain/limits.ts'
import type { Client, RateLimiter } from '../domain/ports.ts'
import type { Principal } from '../domain/principal.ts'
import { subjectOfIp } from '../domain/rate-limiter.ts'

/** A handler whose contract has limits must name the service `rateLimiter`. */
export type Counted<C extends Contract> = C['limits'] extends readonly RequestLimit[]
  ? { readonly rateLimiter: () => RateLimiter }
  : unknown

/** The values that a limit may count by. */
interface Request {
  readonly client: Client
  readonly principal: Principal | undefined
  readonly params: unknown
  readonly body: unknown
}

/** Counts the limits of a contract in their order, before any other work. Refuses with `too_many_attempts`. */
export async function count(contract: Contract, services: object, request: Request): Promise<void> {
  const { rateLimiter } = services as { rateLimiter: RateLimiter }
  for (const name of contract.limits ?? []) {
    const { per } = limits[name]
    const subject = subjects[per](request)
    // Fail instead of skipping the limit.
    if (subject === undefined) throw new Error(`${name} counts by ${per}, which this request does not have`)
    await rateLimiter.take(name, subject)
  }
}

type Per = (typeof limits)[RequestLimit]['per']
const subjects: Readonly<Record<Per, (request: Request) => string | undefined>> = {
  ip: ({ client }) => subjectOfIp(client.ip),
  email: ({ body }) => {
    const { email, newEmail } = body as { email?: string; newEmail?: string }
    return email ?? newEmail
  },
  user: ({ principal }) => principal?.userId,
  target: ({ params }) => (params as { userId?: string }).userId,
}
