import { isDeepStrictEqual } from 'node:util'
import type { Answer } from './api.ts'
import { expectNothingOfOurInsides, expectStatus, expectThat, jsonOf } from './expect.ts'

const routeNotFound = 'Serverless-offline: route not found.'

/** Whether an answer to an unknown route is serverless-offline's; asked of this machine alone, as elsewhere it would be wrong. */
export function isServerlessOffline({ text }: Answer): boolean {
  return text.includes(routeNotFound)
}

/** What API Gateway says by itself. */
const sentences = { 401: 'Unauthorized', 404: 'Not Found' } as const

/**
 * Expects a refusal that no function has seen. API Gateway says `{"message"}` and nothing else; serverless-offline has a
 * shape of its own, which is looked for instead. Gives a note of what was said.
 */
export function expectGatewayRefusal(answer: Answer, status: 401 | 404, isEmulated: boolean): string {
  expectStatus(answer, status)
  expectNothingOfOurInsides(answer)
  const body = jsonOf(answer)
  if (!isEmulated) {
    const said = `{"message":"${sentences[status]}"}`
    expectThat(isDeepStrictEqual(body, JSON.parse(said)), `the body is not ${said}`)
    return said
  }
  const isItsOwn =
    body.statusCode === status && body.error === (status === 404 ? routeNotFound : sentences[status])
  expectThat(isItsOwn, "the body is neither API Gateway's nor serverless-offline's")
  return "local: said in serverless-offline's own shape"
}
