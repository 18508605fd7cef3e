import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type KeyPath, keyPaths, type Parameters } from '../../lib/crypto/keys.ts'
import { fileParameters } from '../../lib/parameters/file.ts'
import { localConfig } from './settings.ts'

/** The fields of SSM's requests that are used here. */
interface Asked {
  readonly Path?: string
  readonly Name?: string
  readonly Value?: string
}

/** Serves parameters as AWS Systems Manager does, so that local functions read their keys as they do on AWS. */
export async function startParameterStore(
  parameters: Parameters,
  keysPath: string,
): Promise<{ readonly endpoint: string; close(): void }> {
  const placeOf = (name = ''): [KeyPath, string] => {
    const path = keyPaths.find((each) => name.startsWith(`${keysPath}/${each}/`))
    if (!path) throw new Error(`${name} is no key`)
    return [path, name.slice(`${keysPath}/${path}/`.length)]
  }
  const actions: Readonly<Record<string, (asked: Asked) => Promise<object | string>>> = {
    async GetParametersByPath({ Path = '' }) {
      const [path] = placeOf(`${Path}/`)
      const values = await parameters.below(path)
      return { Parameters: [...values].map(([number, Value]) => ({ Name: `${Path}/${number}`, Value })) }
    },
    async PutParameter({ Name, Value = '' }) {
      return (await parameters.create(...placeOf(Name), Value)) === 'created'
        ? { Version: 1 }
        : 'ParameterAlreadyExists'
    },
    async DeleteParameter({ Name }) {
      await parameters.remove(...placeOf(Name))
      return {}
    },
  }
  const server = createServer(async (request, response) => {
    // A web page that resolves its own host name to this address (DNS rebinding) must not read the keys.
    if (!request.headers.host?.startsWith('127.0.0.1:')) return void response.writeHead(403).end()
    const name = String(request.headers['x-amz-target']).replace('AmazonSSM.', '')
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined
    try {
      const answer = (await action?.(JSON.parse(await text(request)))) ?? 'InvalidAction'
      const refused = typeof answer === 'string'
      response.writeHead(refused ? 400 : 200).end(JSON.stringify(refused ? { __type: answer } : answer))
    } catch (error) {
      response
        .writeHead(400)
        .end(JSON.stringify({ __type: 'ValidationException', message: (error as Error).message }))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  const { port } = server.address() as { port: number }
  return { endpoint: `http://127.0.0.1:${port}`, close: () => void server.close() }
}

/** The file in which `npm start` keeps its keys, instead of SSM. */
export async function localKeyFile(): Promise<{ parameters: Parameters; place: string }> {
  const { localFolder } = localConfig()
  await mkdir(localFolder, { recursive: true })
  const file = join(localFolder, 'keys.json')
  return { parameters: fileParameters(file), place: file }
}
