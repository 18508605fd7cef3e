import type { Contract } from '../contract/contract.ts'
import { countedBySteps, type DoorLimit, type LimitName, limits, type Per } from '../domain/limits.ts'
import type { Client } from '../domain/ports.ts'
import { subjectOfIp, type Throttle } from '../domain/throttle.ts'
import type { Caller } from './request.ts'

/** A door that counts names the part to count with. */
export type Counted<C extends Contract> = C['limit'] extends readonly (infer L)[]
  ? Extract<L, DoorLimit> extends never
    ? unknown
    : { readonly throttle: () => Throttle }
  : unknown

/** What a door knows of whoever it counts. */
interface Request {
  readonly client: Client
  readonly caller: Caller | undefined
  readonly params: unknown
  readonly body: unknown
}

/** Takes one from each budget that the contract names and the door can see, in that order, before any other work. */
export async function count({ limit = [] }: Contract, parts: object, request: Request): Promise<void> {
  const { throttle } = parts as { throttle: Throttle }
  for (const name of limit.filter((each) => !isCountedByStep(each))) {
    const { per } = limits[name]
    const subjectOf = subjects[per]
    if (!subjectOf) continue
    const subject = subjectOf(request)
    // Counting nobody would be no limit.
    if (subject === undefined) throw new Error(`${name} counts by ${per}, which this request does not have`)
    await throttle.take(name, subject)
  }
}

const isCountedByStep = (name: LimitName) => (countedBySteps as readonly LimitName[]).includes(name)

const subjects: Partial<Record<Per, (request: Request) => string | undefined>> = {
  ip: ({ client }) => subjectOfIp(client.ip),
  email: ({ body }) => {
    const { email, newEmail } = body as { email?: string; newEmail?: string }
    return email ?? newEmail
  },
  user: ({ caller }) => caller?.userId,
  target: ({ params }) => (params as { userId?: string }).userId,
}
