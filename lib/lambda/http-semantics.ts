import type { MiddlewareObj } from '@middy/core'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'

type Answered = {
  readonly event: APIGatewayProxyEventV2
  readonly response?: APIGatewayProxyStructuredResultV2 | null | undefined
}

/**
 * What HTTP asks of each request and answer, whatever its route. HEAD is answered as GET, without the content (RFC 9110
 * 9.3.2). `Vary`: the gateway answers each origin with CORS headers of its own, which a cache must not hand to another
 * (Fetch standard 3.3.5).
 */
export function httpSemantics(): MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
  const finish = ({ event, response }: Answered) => {
    if (!response) return
    response.headers = { Vary: 'Origin', ...response.headers }
    if (event.requestContext.http.method === 'HEAD') delete response.body
  }
  return {
    before({ event }) {
      // A gateway may leave out what has no entry.
      event.headers ??= {}
    },
    after: finish,
    onError: finish,
  }
}
