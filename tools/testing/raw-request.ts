import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import { checkAnswer } from './documented-http.ts'

export interface RawRequest {
  readonly method: string
  readonly path: string
  /** A list where a header is sent several times. Text is sent as UTF-8. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** Sent as it is: no content type and no encoding are added. */
  readonly body?: string | Buffer
}

export interface RawAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly cookies: readonly string[]
  readonly text: string
  /** The parsed body; `undefined` where there is none or no JSON. */
  readonly body: any
}

/** Sends a request unchanged. `fetch` would correct it or refuse to send it. */
export async function sendRaw(
  origin: string,
  { method, path, headers = {}, body }: RawRequest,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin)
  const sent = Object.entries(headers).map(([name, value]) => [
    name,
    [value].flat().map((each) => Buffer.from(each, 'utf8').toString('latin1')),
  ])
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { hostname, port, method, path, headers: Object.fromEntries(sent), agent: false },
      async (response) => {
        const received = await text(response)
        const { statusCode: status = 0, headers } = response
        const header = (name: string) => headers[name.toLowerCase()]?.toString()
        checkAnswer({ method, url: origin + path, status, header, text: received })
        resolve({
          status,
          headers,
          cookies: response.headers['set-cookie'] ?? [],
          text: received,
          body: parsed(received),
        })
      },
    )
    request.once('error', reject).end(body)
  })
}

function parsed(received: string): unknown {
  try {
    return JSON.parse(received)
  } catch {
    return undefined
  }
}
