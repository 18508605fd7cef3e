import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { Refusal } from '../domain/refusal.ts'

/**
 * Refuses with `invalid_request` what is not a navigation of a person: HEAD, as link checkers send it; a prefetch, whose answer a
 * browser discards if it is no success (HTML, speculative loading); a request of a script or for a part of a page (Fetch Metadata).
 * Old browsers send no such header.
 */
export function checkNavigation({ headers, requestContext }: APIGatewayProxyEventV2): void {
  const refuse = (path: string, message: string) => {
    throw new Refusal('invalid_request', { issues: [{ path, message }] })
  }
  if (requestContext.http.method === 'HEAD') refuse('method', 'must be GET')
  // `Purpose` is what Safari and older versions of Chrome send.
  for (const name of ['sec-purpose', 'purpose'])
    if (/\bprefetch\b/i.test(headers[name] ?? '')) refuse(name, 'must not be prefetch')
  const mode = headers['sec-fetch-mode']
  if (mode !== undefined && mode !== 'navigate') refuse('sec-fetch-mode', 'must be navigate')
}
