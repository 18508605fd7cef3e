import { setTimeout as wait } from 'node:timers/promises'
import { fromEnv } from '@aws-sdk/credential-provider-env'
import { Sha256 } from '@smithy/core/checksum'
import { HttpRequest } from '@smithy/core/protocols'
import { NodeHttpHandler, streamCollector } from '@smithy/node-http-handler'
import { SignatureV4 } from '@smithy/signature-v4'
import { isTransient } from '../aws-errors.ts'
import type { ParameterPath, Parameters } from '../crypto/keys.ts'
import { currentSignal } from '../domain/invocation-signal.ts'
import { Refusal } from '../domain/refusal.ts'

/** SSM's maximum. */
const PAGE = 10
/** SSM answers 40 requests a second per account and region. Of many functions that start together, some must wait. */
const TRIES = 4
const FIRST_WAIT_MS = 200
/** No retry starts after this time: the authorizer has 5 s for everything. */
const PATIENCE_MS = 2000
const TRY_MS = 1500

type Credentials = ReturnType<typeof fromEnv>

/**
 * Parameters of AWS Systems Manager below `keysPath`, such as `/cardea/prod`. Public keys are plain strings, all others
 * SecureStrings. Uses the signer that is part of DynamoDB's client, because SSM's own client would add 76 KB to every function.
 */
export function ssmParameters({
  keysPath,
  region,
  endpoint = `https://ssm.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`,
  credentials = fromEnv(),
  random = Math.random,
}: {
  keysPath: string
  region: string
  endpoint?: string
  credentials?: Credentials
  random?: () => number
}): Parameters {
  const signer = new SignatureV4({ service: 'ssm', region, credentials, sha256: Sha256 })
  const handler = new NodeHttpHandler({
    connectionTimeout: 1000,
    requestTimeout: TRY_MS,
    throwOnRequestTimeout: true,
    socketTimeout: TRY_MS,
    httpAgent: { keepAlive: false },
    httpsAgent: { keepAlive: false },
  })
  const { protocol, hostname, port } = new URL(endpoint)
  const nameOf = (path: ParameterPath, number: string) => `${keysPath}/${path}/${number}`

  const once = async (action: string, input: object): Promise<{ status: number; body: Answer }> => {
    const body = JSON.stringify(input)
    const request = new HttpRequest({
      method: 'POST',
      protocol,
      hostname,
      ...(port && { port: Number(port) }),
      path: '/',
      headers: {
        host: port ? `${hostname}:${port}` : hostname,
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AmazonSSM.${action}`,
      },
      body,
    })
    const signed = (await signer.sign(request)) as HttpRequest
    const { response } = await handler.handle(signed, { abortSignal: currentSignal() })
    const text = Buffer.from(await streamCollector(response.body)).toString()
    return { status: response.statusCode, body: parse(text) }
  }

  /** Retries transient errors after a random wait. Returns `undefined` for the error named by `expected`. */
  const call = async (action: string, input: object, expected?: string): Promise<Answer | undefined> => {
    const startedAt = performance.now()
    for (let tried = 1; ; tried++) {
      currentSignal().throwIfAborted()
      const isLast = () => tried === TRIES || performance.now() - startedAt >= PATIENCE_MS
      const { status, body } = await once(action, input).catch((error: unknown) => {
        if (!isLast()) return { status: 503, body: {} as Answer }
        throw new Refusal('unavailable', { cause: error })
      })
      if (status === 200) return body
      const type =
        String(body.__type ?? '')
          .split('#')
          .at(-1) ?? ''
      if (expected !== undefined && type === expected) return undefined
      if (!isTransient({ name: type, status })) throw new Error(`SSM refused ${action}: ${type || status}`)
      if (isLast()) throw new Refusal('unavailable', { cause: new Error(`SSM ${action}: ${type || status}`) })
      await wait(random() * FIRST_WAIT_MS * 2 ** (tried - 1))
    }
  }

  const below: Parameters['below'] = async (path) => {
    const found = new Map<string, string>()
    let NextToken: string | undefined
    do {
      const Path = `${keysPath}/${path}`
      const page = { Path, WithDecryption: true, MaxResults: PAGE, ...(NextToken && { NextToken }) }
      const answer = await call('GetParametersByPath', page)
      for (const { Name, Value } of answer?.Parameters ?? []) found.set(Name.slice(Path.length + 1), Value)
      NextToken = answer?.NextToken
    } while (NextToken)
    return found
  }

  return {
    below,

    async create(path, number, value) {
      const Type = path === 'access/public' ? 'String' : 'SecureString'
      const input = { Name: nameOf(path, number), Value: value, Type, Overwrite: false }
      if (await call('PutParameter', input, 'ParameterAlreadyExists')) return 'created'
      // It is ours if only the answer to the first attempt was lost.
      return (await below(path)).get(number) === value ? 'created' : 'exists'
    },

    async replace(path, name, value) {
      const input = { Name: nameOf(path, name), Value: value, Type: 'SecureString', Overwrite: true }
      await call('PutParameter', input)
    },

    async remove(path, number) {
      await call('DeleteParameter', { Name: nameOf(path, number) }, 'ParameterNotFound')
    },
  }
}

function parse(text: string): Answer {
  try {
    return text ? JSON.parse(text) : {}
  } catch {
    // The parser's message would quote the content.
    throw new Error('The answer of SSM is not JSON')
  }
}

interface Answer {
  readonly __type?: string
  readonly Parameters?: readonly { readonly Name: string; readonly Value: string }[]
  readonly NextToken?: string
}
