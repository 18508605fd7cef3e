import type { MiddlewareObj } from '@middy/core'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'

type Answered = {
  readonly event: APIGatewayProxyEventV2
  readonly response?: APIGatewayProxyStructuredResultV2 | null | undefined
}

/**
 * HTTP rules for every route. HEAD is answered like GET, without the content (RFC 9110 9.3.2). `Vary`: the gateway's CORS
 * headers depend on the origin, so a cache must not serve an answer to another origin (Fetch standard 3.3.5).
 */
export function httpSemantics(): MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
  const finish = ({ event, response }: Answered) => {
    if (!response) return
    response.headers = { Vary: 'Origin', ...response.headers }
    if (event.requestContext.http.method === 'HEAD') delete response.body
  }
  return {
    before({ event }) {
      // Some gateways omit empty headers.
      event.headers ??= {}
    },
    after: finish,
    onError: finish,
  }
}
