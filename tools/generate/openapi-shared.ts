import type { Json } from './openapi-responses.ts'

interface Response {
  readonly content?: {
    readonly 'application/json'?: object
    readonly 'application/problem+json'?: { readonly schema: ProblemSchema }
  }
}
interface ProblemSchema {
  readonly allOf?: readonly {
    readonly properties?: { readonly code?: { readonly enum: readonly string[] } }
  }[]
}

/** The codes of a problem: its schema is that of all problems, and the codes of this one. */
export const codesOf = ({ content }: Response): readonly string[] =>
  content?.['application/problem+json']?.schema.allOf?.[1]?.properties?.code?.enum ?? []

/** Moves each response that is no success, and that several operations have, into the components. Returns these. */
export function shareResponses(operations: readonly { readonly responses: Json }[]): Json {
  const uses = operations.flatMap(({ responses }) =>
    Object.entries(responses)
      .filter(([status]) => status >= '300')
      .map(([status, response]) => ({ responses, status, response: response as Response })),
  )
  const shared: Json = {}
  for (const same of Map.groupBy(uses, ({ response }) => JSON.stringify(response)).values()) {
    const [first] = same
    const name = first && nameOf(first)
    if (same.length === 1 || !name || name in shared) continue
    shared[name] = first.response
    for (const { responses, status } of same) responses[status] = { $ref: `#/components/responses/${name}` }
  }
  return shared
}

/** The codes that a response may have. On a protected route the gateway may answer as well. */
function nameOf({ status, response }: { readonly status: string; readonly response: Response }): string {
  const isProtected = status < '500' && response.content?.['application/json']
  return `${codesOf(response).join('.') || status}${isProtected ? '.protected' : ''}`
}
