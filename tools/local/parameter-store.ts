import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { type ParameterPath, type Parameters, PROVIDERS_PATH, parameterPaths } from '../../lib/crypto/keys.ts'

/** The fields of SSM's requests that are used here. */
interface Asked {
  readonly Path?: string
  readonly Name?: string
  readonly Value?: string
  readonly Overwrite?: boolean
}

/** Serves parameters as AWS Systems Manager does, so that local functions read their keys as they do on AWS. */
export async function startParameterStore(
  parameters: Parameters,
  keysPath: string,
): Promise<{ readonly endpoint: string; close(): void }> {
  const placeOf = (name = ''): [ParameterPath, string] => {
    const path = parameterPaths.find((each) => name.startsWith(`${keysPath}/${each}/`))
    if (!path) throw new Error(`${name} is no parameter`)
    return [path, name.slice(`${keysPath}/${path}/`.length)]
  }
  /** Gives an answer, or the error that `__type` names. */
  const perform = async (action: unknown, asked: Asked): Promise<object> => {
    const { Path = '', Name, Value = '', Overwrite } = asked
    switch (action) {
      case 'AmazonSSM.GetParametersByPath': {
        const [path] = placeOf(`${Path}/`)
        const values = await parameters.below(path)
        return { Parameters: [...values].map(([number, Value]) => ({ Name: `${Path}/${number}`, Value })) }
      }
      case 'AmazonSSM.PutParameter': {
        const [path, name] = placeOf(Name)
        if (Overwrite && path === PROVIDERS_PATH) {
          await parameters.replace(path, name, Value)
          return { Version: 2 }
        }
        const made = await parameters.create(path, name, Value)
        return made === 'created' ? { Version: 1 } : { __type: 'ParameterAlreadyExists' }
      }
      case 'AmazonSSM.DeleteParameter':
        await parameters.remove(...placeOf(Name))
        return {}
      default:
        return { __type: 'InvalidAction' }
    }
  }
  const server = createServer(async (request, response) => {
    // A web page that resolves its own host name to this address (DNS rebinding) must not read the keys.
    if (!request.headers.host?.startsWith('127.0.0.1:')) return void response.writeHead(403).end()
    const answer = await json(request)
      .then((asked) => perform(request.headers['x-amz-target'], asked as Asked))
      .catch(({ message }: Error) => ({ __type: 'ValidationException', message }))
    response.writeHead('__type' in answer ? 400 : 200).end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  const { port } = server.address() as AddressInfo
  return { endpoint: `http://127.0.0.1:${port}`, close: () => void server.close() }
}
