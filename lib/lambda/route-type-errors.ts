/**
 * Wrong uses of a contract that must not compile. `tsc` reads this file and reports an `@ts-expect-error` above a line without
 * an error.
 */
import * as z from 'zod/mini'
import { defineContract } from '../contract/contract.ts'
import { users } from '../services.ts'
import { browser } from './browser.ts'
import { route } from './route.ts'

const contract = defineContract({
  method: 'POST',
  operationId: 'change',
  path: '/things',
  access: 'public',
  summary: 'Makes a thing',
  body: z.strictObject({ name: z.string() }),
  responses: { 201: z.object({ id: z.string(), size: z.int() }), 204: null },
})

const get = defineContract({
  method: 'GET',
  operationId: 'nothing',
  path: '/',
  access: 'public',
  summary: 'Nothing',
  responses: {},
})

const navigation = defineContract({
  ...get,
  navigation: true,
  takesFlowCookie: true,
  responses: { 302: null },
})

const redirecting = defineContract({ ...get, redirectsFailures: true, responses: { 302: null } })

export const right = route(contract, { users }, async ({ services, body, reply }) => {
  await services.users.findById(body.name)
  return body.name ? reply(201, { id: body.name, size: 1 }) : reply(204)
})

export const wrong = [
  // @ts-expect-error a status that the contract does not promise
  route(contract, {}, async ({ reply }) => reply(200, { id: 'a', size: 1 })),
  // @ts-expect-error a body that lacks a promised field
  route(contract, {}, async ({ reply }) => reply(201, { id: 'a' })),
  // @ts-expect-error a body with a field of another type
  route(contract, {}, async ({ reply }) => reply(201, { id: 'a', size: 'large' })),
  // @ts-expect-error no body where one is promised
  route(contract, {}, async ({ reply }) => reply(201)),
  // @ts-expect-error a body where none is promised
  route(contract, {}, async ({ reply }) => reply(204, { id: 'a' })),
  // @ts-expect-error an answer that `reply` did not make
  route(contract, {}, async () => ({ statusCode: 201, body: '{}' })),
  // @ts-expect-error a principal on a public route
  route(contract, {}, async ({ principal, reply }) => reply(204, void principal)),
  // @ts-expect-error a field that the request does not have
  route(contract, {}, async ({ body, reply }) => reply(204, void body.size)),
  // @ts-expect-error a refresh token that the contract does not take
  route(contract, {}, async ({ presented, reply }) => reply(204, void presented)),
  // @ts-expect-error a service that was not named
  route(contract, {}, async ({ services, reply }) => reply(204, void services.users)),
  // @ts-expect-error a navigation whose check is not named
  route(navigation, {}, async ({ reply }) => reply(302, undefined, { location: '/' })),
  // @ts-expect-error a redirect that leads nowhere
  route(navigation, {}, async ({ reply }) => reply(302), browser),
  // @ts-expect-error failures that redirect to no page
  route(redirecting, {}, async ({ reply }) => reply(302, undefined, { location: '/' }), browser),
  // @ts-expect-error a flow cookie that the contract does not take
  route(get, {}, async ({ flowCookies, reply }) => reply(204, void flowCookies)),
  // @ts-expect-error a method that no route has
  defineContract({ ...get, method: 'FETCH' }),
  // @ts-expect-error a path that does not begin at the root
  defineContract({ ...get, path: 'things' }),
  // @ts-expect-error a route that does not say who may call it
  defineContract({ ...get, access: undefined }),
  // @ts-expect-error a refusal code that does not exist
  defineContract({ ...get, refusals: ['no'] }),
  // @ts-expect-error an operation that DynamoDB does not have
  defineContract({ ...get, needs: ['users:Scan'] }),
]
