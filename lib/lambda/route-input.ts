import type * as z from 'zod/mini'
import type { Contract, Schema } from '../contract/contract.ts'
import type { Client } from '../domain/ports.ts'
import type { Principal } from '../domain/principal.ts'
import type { Factories, StepServices } from './handler-services.ts'
import type { PresentedTokens } from './refresh-token.ts'

/** The input of a handler's steps. It contains only what the contract declares. */
export type RouteInput<C extends Contract, F extends Factories> = {
  readonly client: Client
  /** The header of this name, as it was sent. */
  readonly acceptLanguage: string | undefined
  readonly services: StepServices<F>
  readonly reply: ReplyOf<C>
} & Parsed<C, 'params'> &
  Parsed<C, 'query'> &
  Parsed<C, 'body'> &
  Parsed<C, 'form'> &
  (C['anyQuery'] extends true ? { readonly query: URLSearchParams } : unknown) &
  (C['takesFlowCookie'] extends true ? { readonly flowCookies: readonly string[] } : unknown) &
  (C['access'] extends 'public' ? unknown : { readonly principal: Principal }) &
  (C['takesRefreshToken'] extends true ? { readonly presented: PresentedTokens } : unknown)

/** A part of the request in the type of its schema, if the contract has one. */
type Parsed<C extends Contract, Part extends 'params' | 'query' | 'body' | 'form'> = C[Part] extends Schema
  ? { readonly [P in Part]: z.output<C[Part]> }
  : unknown

/** Makes an answer with a status and body that the contract declares. */
type ReplyOf<C extends Contract> = <S extends keyof C['responses'] & number>(
  status: S,
  ...rest: C['responses'][S] extends infer Body extends Schema
    ? [body: z.input<Body>, extra?: Extra]
    : S extends 302 | 303
      ? [body: undefined, extra: Extra & { readonly location: string }]
      : [body?: undefined, extra?: Extra]
) => Reply

export interface Extra {
  /** The value of a `Set-Cookie` header. */
  readonly cookie?: string
  /** Where a redirect leads (RFC 9110 10.2.2). */
  readonly location?: string
  /** For the log: the id of the one user whom the answer is about, if the path does not contain it. */
  readonly subject?: string | undefined
}

declare const replied: unique symbol
/** An answer that the contract allows. Only `reply` can make one. */
export interface Reply {
  readonly [replied]: true
}
