import type * as z from 'zod/mini'
import { type LimitName, limits, type RequestLimit } from '../domain/limits.ts'
import type { RefusalCode } from '../domain/refusal.ts'
import type { Role } from '../domain/users.ts'

/** A schema of `zod/mini`, or of `zod` itself. */
export type Schema = z.core.$ZodType

/** The cookie of `takesRefreshToken`. `__Host-` keeps other hosts of the site from setting it (rfc6265bis 4.1.3.2). */
export const REFRESH_COOKIE = '__Host-cardea_refresh'

/** In a field's page of OpenAPI, the setting that changes its `minLength`: a new password's (`fields.ts`). */
export const LENGTH_SETTING = 'x-minLength-setting'

/** The tables of `lib/storage/tables.yml`. */
export type Table = 'users' | 'sessions' | 'refresh-token-denylist'

/** The kinds of keys, each below a path of its own in SSM Parameter Store. */
type KeyPath = 'access/public' | 'access/private' | 'refresh' | 'pepper' | 'keyed-hash'

/** One call that a function makes to one table or its index `listing`, in IAM's words; a transaction counts as its parts. */
export type Need =
  | 'mail:SendEmail'
  | 'sessions/stream:Read'
  | `keys/${KeyPath}:${'GetParametersByPath' | 'PutParameter' | 'DeleteParameter'}`
  | 'users/listing:Query'
  | `${Table}:${'GetItem' | 'BatchGetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'BatchWriteItem' | 'ConditionCheckItem' | 'Query'}`

/**
 * All that the outside may know of a route. From it come the check of the request, the filter on the reply, the
 * types of the door, its function and role in `functions.yml`, and its page in `openapi.json`.
 */
export interface Contract {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: `/${string}`
  /** Who may call: anyone, any holder of an access token, or a holder whose user has one of these roles. */
  readonly access: 'public' | 'user' | Role | readonly Role[]
  readonly summary: string
  readonly description?: string
  /** The parts of the path in braces. One that is not of its form is 404: there is no such thing. */
  readonly params?: z.core.$ZodObject
  /** The query. Unknown names are refused. */
  readonly query?: z.core.$ZodObject
  /** The request's JSON body. Unknown fields are refused. */
  readonly body?: z.core.$ZodObject
  /** The door takes a refresh token: from the cookie, or from `refreshToken` in the body. */
  readonly takesRefreshToken?: true
  /** Success by status; `null` where there is no body. What a schema does not name never leaves. */
  readonly responses: { readonly [status: number]: Schema | null }
  /** The refusals of its own; those that come with a body, an access or a need are implied. */
  readonly refusals?: readonly RefusalCode[]
  /** The limits that are counted before the steps run, in this order. */
  readonly limits?: readonly RequestLimit[]
  /** The limits that the steps count themselves: by what only they know, or together with a read of theirs. */
  readonly stepLimits?: readonly LimitName[]
  /** What it calls in AWS, and so all that its role allows. */
  readonly needs?: readonly Need[]
  /** What caches may do. Without it: `no-store`. */
  readonly cacheControl?: string
  /** Memory in MB, where the default will not do: a vCPU is 1,769 MB. */
  readonly memory?: number
}

/** MB of memory that come with a whole vCPU. */
const VCPU = 1769

/** The methods that the gateway hands to a door: what may be read may be asked for without its content (RFC 9110 9.3.2). */
export const methodsOf = ({ method }: Contract): readonly string[] =>
  method === 'GET' ? ['GET', 'HEAD'] : [method]

/** Whether the route hashes passwords, which keeps a vCPU busy for a third of a second. */
export const isHashing = ({ memory = 0 }: Contract): boolean => memory >= VCPU

/** Keeps the contract's literal types, and checks its shape. */
export const defineContract = <const C extends Contract>(contract: C): C => contract

/** Every limit of a contract, in the order in which they are counted. */
export const limitsOf = ({
  limits = [],
  stepLimits = [],
}: Pick<Contract, 'limits' | 'stepLimits'>): readonly LimitName[] => [...limits, ...stepLimits]

/** Every code that a door may refuse with: its own, and those that its shape implies. */
export function refusalsOf(contract: Contract): ReadonlySet<RefusalCode> {
  return new Set<RefusalCode>([
    'untrusted_proxy',
    ...(contract.refusals ?? []),
    ...(contract.access === 'public' ? [] : (['unauthorized'] as const)),
    ...(rolesOf(contract) ? (['forbidden'] as const) : []),
    ...(contract.params ? (['not_found'] as const) : []),
    ...(contract.query || contract.body ? (['invalid_request'] as const) : []),
    ...(contract.body ? (['unsupported_media_type', 'payload_too_large'] as const) : []),
    ...(contract.takesRefreshToken ? (['origin_not_allowed'] as const) : []),
    ...(limitsOf(contract).some(isTold) ? (['too_many_attempts'] as const) : []),
    ...(contract.needs?.length ? (['unavailable'] as const) : []),
  ])
}

/** Whether a caller is told that a limit is reached: not where that would tell whether there is an account, or a code. */
const isTold = (name: LimitName) => limits[name].per !== 'mailbox' && limits[name].per !== 'code'

/** The roles of which a caller must have one; `undefined` where none is asked for. */
export function rolesOf({ access }: Contract): readonly Role[] | undefined {
  if (access === 'public' || access === 'user') return undefined
  return typeof access === 'string' ? [access] : access
}

/** What the generated files need of the function that mails. */
export interface StreamContract {
  /** How the `pk` of those new items of the table of sessions begins that it is handed. */
  readonly stream: { readonly prefix: string }
  /** What its steps count for each recipient. */
  readonly stepLimits?: readonly LimitName[]
  readonly needs: readonly Need[]
  readonly memory: number
  /** Seconds. */
  readonly timeout: number
}

/** What the generated files need of a function that a clock calls. */
export interface ScheduleContract {
  /** In EventBridge's words, such as `rate(1 day)`. */
  readonly schedule: string
  readonly needs: readonly Need[]
  readonly memory: number
  /** Seconds. */
  readonly timeout: number
}

/** What the generated files need of a function that EventBridge hands the events of our own mails to. */
export interface EventContract {
  readonly event: { readonly source: string; readonly types: readonly string[] }
  readonly needs?: readonly Need[]
  readonly memory: number
  /** Seconds. */
  readonly timeout: number
}

/** What the generated files need of the function in front of the protected routes. */
export interface AuthorizerContract {
  readonly authorizer: true
  readonly needs: readonly Need[]
  readonly memory: number
  /** Seconds; below the gateway's own patience with an authorizer, which is 10. */
  readonly timeout: number
}
