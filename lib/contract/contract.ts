// Longer than 150 lines: the kinds of contract are one table.

import type * as z from 'zod/mini'
import { type LimitName, limits, type RequestLimit } from '../domain/limits.ts'
import type { RefusalCode } from '../domain/refusal.ts'
import type { Table, TableIndex } from '../domain/table-names.ts'
import type { Role } from '../domain/users.ts'

/** A schema of `zod/mini`, or of `zod` itself. */
export type Schema = z.core.$ZodType

/** The cookie of `takesRefreshToken`. `__Host-` prevents other hosts of the site from setting it (rfc6265bis 4.1.3.2). */
export const REFRESH_COOKIE = '__Host-cardea_refresh'

/** The cookie of `takesFlowCookie`: it binds a flow of social login to the browser that began it. */
export const FLOW_COOKIE = '__Host-cardea_flow'

/** An OpenAPI extension that names the setting which changes the `minLength` of a new password (`fields.ts`). */
export const LENGTH_SETTING = 'x-minLength-setting'

/** The kinds of keys and secrets, each under its own path in SSM Parameter Store. */
type KeyPath =
  | 'access/public'
  | 'access/private'
  | 'refresh'
  | 'pepper'
  | 'keyed-hash'
  | 'factors'
  | 'recovery-codes'
  | 'providers'

/** An IAM action on a table, its index or another resource. A transaction needs the actions of its items. */
export type Need =
  | 'mail:SendEmail'
  | 'sessions/stream:Read'
  | `keys/${KeyPath}:${'GetParametersByPath' | 'PutParameter' | 'DeleteParameter'}`
  | `${TableIndex}:Query`
  | `${Table}:${'GetItem' | 'BatchGetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'BatchWriteItem' | 'ConditionCheckItem' | 'Query'}`

/**
 * The public description of a route. The request check, the reply filter, the handler's types, its function and role in
 * `functions.yml`, and its entry in `openapi.json` are derived from it.
 */
export interface Contract {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** The name of the operation in `openapi.json` and in generated clients, such as `resetPassword`. */
  readonly operationId: string
  readonly path: `/${string}`
  /** Who may call: anyone, any user with an access token, or a user with one of these roles. */
  readonly access: 'public' | 'user' | Role | readonly Role[]
  /** The last proof must be at most FRESH_SECONDS old (RFC 9470). */
  readonly fresh?: true
  readonly summary: string
  readonly description?: string
  /** The path parameters. A malformed one is answered with 404. */
  readonly params?: z.core.$ZodObject
  /** The query parameters. Unknown names are refused. */
  readonly query?: z.core.$ZodObject
  /** In place of `query`, every parameter, unchecked: a provider may add some, which must be ignored (RFC 6749 4.1.2). */
  readonly anyQuery?: true
  /** The request's JSON body. Unknown fields are refused. */
  readonly body?: z.core.$ZodObject
  /**
   * In place of `body`, the fields of an HTML form. A page of any origin can send one, so the steps must not trust the browser that
   * sends it.
   */
  readonly form?: z.core.$ZodObject
  /** The handler takes a refresh token: from the cookie, or from `refreshToken` in the body. */
  readonly takesRefreshToken?: true
  /** The handler takes the cookie that binds a flow to its browser. */
  readonly takesFlowCookie?: true
  /**
   * A GET that changes something when a browser navigates to it. HEAD, a prefetch and any other `Sec-Fetch-Mode` are refused with
   * `invalid_request`, and change nothing.
   */
  readonly navigation?: true
  /**
   * A person's browser waits for the answer. So every failure but those that `refusalsOf` lists is a redirect to the login page, with
   * a code of `socialErrors`.
   */
  readonly redirectsFailures?: true
  /** The route exists only if this is configured: `providers` of social login. */
  readonly requires?: 'providers'
  /** With `transport: "cookie"`, a browser must call from an allowed origin: no other page may log its visitor in (login CSRF). */
  readonly checksOrigin?: true
  /** A login of an account that may need a second factor. Then it gets no tokens, but `second_factor_required` or the like. */
  readonly opensSession?: true
  /** The successful answers by status; `null` without a body. Fields that a schema does not name are removed. */
  readonly responses: { readonly [status: number]: Schema | null }
  /** The refusal codes of this route. `refusalsOf` adds those that follow from its other fields. */
  readonly refusals?: readonly RefusalCode[]
  /** The limits that are counted before the steps run, in this order. */
  readonly limits?: readonly RequestLimit[]
  /** The limits that the steps count themselves: by a value that only they know, or in parallel with a read. */
  readonly stepLimits?: readonly LimitName[]
  /** The AWS actions of the function. Its role allows these only. */
  readonly needs?: readonly Need[]
  /** More of them, for social login. The role allows these only if PROVIDERS is set. */
  readonly providerNeeds?: readonly Need[]
  /** The `Cache-Control` header; `no-store` by default. */
  readonly cacheControl?: string
  /** Memory in MB, if the default is not enough: a vCPU is 1,769 MB. */
  readonly memory?: number
}

/** The memory in MB that comes with a whole vCPU. */
const VCPU = 1769

/** The methods that the gateway routes to a handler. A public GET that changes nothing includes HEAD (RFC 9110 9.3.2). */
export const methodsOf = ({
  method,
  access,
  navigation,
}: Pick<Contract, 'method' | 'access' | 'navigation'>): readonly string[] =>
  method === 'GET' && access === 'public' && !navigation ? ['GET', 'HEAD'] : [method]

/** Whether the route hashes passwords, which keeps a vCPU busy for a third of a second. */
export const isHashing = ({ memory = 0 }: Contract): boolean => memory >= VCPU

/** Keeps the contract's literal types, and checks its shape. */
export const defineContract = <const C extends Contract>(contract: C): C => contract

/** Every limit of a contract, in the order in which they are counted. */
export const limitsOf = ({
  limits = [],
  stepLimits = [],
}: Pick<Contract, 'limits' | 'stepLimits'>): readonly LimitName[] => [...limits, ...stepLimits]

/** Every code that a route may refuse with: its own, and those that follow from its other fields. */
export function refusalsOf(contract: Contract): ReadonlySet<RefusalCode> {
  if (contract.redirectsFailures)
    return new Set(['untrusted_proxy', ...(contract.navigation ? (['invalid_request'] as const) : [])])
  return new Set<RefusalCode>([
    'untrusted_proxy',
    ...(contract.refusals ?? []),
    ...(contract.access === 'public' ? [] : (['unauthorized'] as const)),
    ...(contract.opensSession
      ? (['second_factor_required', 'second_factor_enrolment_required'] as const)
      : []),
    ...(contract.fresh ? (['reauthentication_required'] as const) : []),
    ...(rolesOf(contract) ? (['forbidden'] as const) : []),
    ...(rolesOf(contract)?.includes('admin') ? (['second_factor_enrolment_required'] as const) : []),
    ...(contract.params ? (['not_found'] as const) : []),
    ...(contract.query || contract.body || contract.navigation ? (['invalid_request'] as const) : []),
    ...(contract.body ? (['unsupported_media_type', 'payload_too_large'] as const) : []),
    ...(contract.takesRefreshToken || contract.checksOrigin ? (['origin_not_allowed'] as const) : []),
    ...(limitsOf(contract).some(isTold) ? (['too_many_attempts'] as const) : []),
    ...(contract.needs?.length ? (['unavailable'] as const) : []),
  ])
}

/** Tell the caller that a limit was reached, except where this would reveal whether an account or a code exists. */
const isTold = (name: LimitName) => limits[name].per !== 'mailbox' && limits[name].per !== 'code'

/** The roles of which a caller needs one; `undefined` if the route needs none. */
export function rolesOf({ access }: Contract): readonly Role[] | undefined {
  if (access === 'public' || access === 'user') return undefined
  return typeof access === 'string' ? [access] : access
}

/** The contract of a function that processes jobs, for the generated files. */
export interface StreamContract {
  /** The `pk` prefix of the new session table items that the function receives. */
  readonly stream: { readonly prefix: string }
  /** The function exists only where this is configured. */
  readonly requires?: 'providers'
  /** The limits that its steps count per recipient. */
  readonly stepLimits?: readonly LimitName[]
  readonly needs: readonly Need[]
  /** More of them, for social login. The role allows these only if PROVIDERS is set. */
  readonly providerNeeds?: readonly Need[]
  readonly memory: number
  /** Seconds. */
  readonly timeout: number
}

/** The contract of a scheduled function, for the generated files. */
export interface ScheduleContract {
  /** An EventBridge expression, such as `rate(1 day)`. */
  readonly schedule: string
  readonly needs: readonly Need[]
  readonly memory: number
  /** Seconds. */
  readonly timeout: number
}

/** The contract of a function for EventBridge events about our own mails, for the generated files. */
export interface EventContract {
  readonly event: { readonly source: string; readonly types: readonly string[] }
  readonly needs?: readonly Need[]
  readonly memory: number
  /** Seconds. */
  readonly timeout: number
}

/** The contract of a function that serves web pages, for the generated files. */
export interface PagesContract {
  /** What it answers GET and HEAD at, in API Gateway's words, such as `/ui/{page}`. */
  readonly paths: readonly `/${string}`[]
  readonly needs?: readonly Need[]
  readonly memory?: number
}

/** The contract of the Lambda authorizer, for the generated files. */
export interface AuthorizerContract {
  readonly authorizer: true
  readonly needs: readonly Need[]
  readonly memory: number
  /** Seconds; below the gateway's own limit of 10 for an authorizer. */
  readonly timeout: number
}
