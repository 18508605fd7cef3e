import { createServer, type RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'
import { startParameterStore } from '../../tools/local/parameter-store.ts'
import { memoryParameters } from '../../tools/testing/keys.ts'
import { signatureOf } from '../../tools/testing/sigv4.ts'
import { describeError } from '../log.ts'
import { ssmParameters } from './ssm.ts'

const keysPath = '/cardea/test'
const credentials = async () => ({ accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'session' })
const over = (endpoint: string) =>
  ssmParameters({ keysPath, region: 'eu-central-1', endpoint, credentials, random: () => 0 })

const closing: (() => void)[] = []
afterAll(() => {
  for (const close of closing) close()
})

/** A server in place of SSM, and the requests that it got. */
async function standIn(
  answer: (asked: { target: string; input: any; turn: number }) => [number, object | string],
) {
  const asked: { target: string; input: any; headers: Record<string, unknown>; body: string }[] = []
  const listener: RequestListener = async (request, response) => {
    const body = await text(request)
    const target = String(request.headers['x-amz-target'])
    const input = JSON.parse(body)
    asked.push({ target, input, headers: request.headers, body })
    const [status, content] = answer({ target, input, turn: asked.length })
    response.writeHead(status).end(typeof content === 'string' ? content : JSON.stringify(content))
  }
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  return { parameters: over(`http://127.0.0.1:${(server.address() as { port: number }).port}`), asked }
}

describe('parameters of SSM', () => {
  it('are created once, listed by their path, and removed', async () => {
    const store = await startParameterStore(memoryParameters(), keysPath)
    closing.push(store.close)
    const parameters = over(store.endpoint)
    expect(await parameters.create('refresh', '000001', 'a value with "quotes" and é')).toBe('created')
    expect(await parameters.create('refresh', '000001', 'another')).toBe('exists')
    await parameters.create('access/public', '000001', 'public')
    expect(await parameters.below('refresh')).toEqual(new Map([['000001', 'a value with "quotes" and é']]))
    await parameters.remove('refresh', '000001')
    await parameters.remove('refresh', '000001')
    expect(await parameters.below('refresh')).toEqual(new Map())
    expect(await parameters.below('access/public')).toEqual(new Map([['000001', 'public']]))
  })

  it('are never overwritten but for secrets of providers; public keys are stored in plain text, all else encrypted', async () => {
    const { parameters, asked } = await standIn(() => [200, { Parameters: [] }])
    await parameters.create('access/public', '000001', 'p')
    await parameters.create('access/private', '000001', 's')
    await parameters.below('pepper')
    await parameters.remove('refresh', '000002')
    await parameters.replace('providers', 'google', 'g')
    const Overwrite = false
    expect(asked.map(({ target, input }) => [target, input])).toEqual([
      [
        'AmazonSSM.PutParameter',
        { Name: '/cardea/test/access/public/000001', Value: 'p', Type: 'String', Overwrite },
      ],
      [
        'AmazonSSM.PutParameter',
        { Name: '/cardea/test/access/private/000001', Value: 's', Type: 'SecureString', Overwrite },
      ],
      [
        'AmazonSSM.GetParametersByPath',
        { Path: '/cardea/test/pepper', WithDecryption: true, MaxResults: 10 },
      ],
      ['AmazonSSM.DeleteParameter', { Name: '/cardea/test/refresh/000002' }],
      [
        'AmazonSSM.PutParameter',
        { Name: '/cardea/test/providers/google', Value: 'g', Type: 'SecureString', Overwrite: true },
      ],
    ])
  })

  it('are requested with a signature as AWS calculates it', async () => {
    const { parameters, asked } = await standIn(() => [200, { Parameters: [] }])
    await parameters.below('pepper')
    const { headers, body } = asked[0] as (typeof asked)[number]
    expect(headers['x-amz-security-token']).toBe('session')
    expect(headers.authorization).toContain('/eu-central-1/ssm/aws4_request')
    expect(headers.authorization).toContain(`Signature=${signatureOf(headers as never, body, 'secret')}`)
  })

  it('are read page by page', async () => {
    const { parameters } = await standIn(({ input }) => {
      const from = Number(input.NextToken ?? 0)
      const page = Array.from({ length: 10 }, (_, index) => ({
        Name: `${input.Path}/${from + index}`,
        Value: `${from + index}`,
      }))
      return [200, { Parameters: page, ...(from < 20 && { NextToken: String(from + 10) }) }]
    })
    expect((await parameters.below('refresh')).size).toBe(30)
  })

  it('that are throttled are tried four times, and are then unavailable', async () => {
    const once = await standIn(({ turn }) =>
      turn < 4 ? [400, { __type: 'ThrottlingException' }] : [200, {}],
    )
    expect((await once.parameters.below('refresh')).size).toBe(0)
    for (const [status, type] of [
      [400, 'com.amazonaws.ssm#ThrottlingException'],
      [400, 'TooManyUpdates'],
      [500, 'InternalServerError'],
      [503, ''],
    ] as const) {
      const { parameters, asked } = await standIn(() => [status, { __type: type }])
      await expect(parameters.below('refresh')).rejects.toMatchObject({ code: 'unavailable' })
      expect(asked).toHaveLength(4)
    }
  })

  it('that were created although the answer was lost count as created', async () => {
    for (const [kept, outcome] of [
      ['ours', 'created'],
      ['another', 'exists'],
    ] as const) {
      const { parameters } = await standIn(({ target, input, turn }) => {
        if (turn === 1) return [500, { __type: 'InternalServerError' }]
        if (target.endsWith('PutParameter')) return [400, { __type: 'ParameterAlreadyExists' }]
        return [200, { Parameters: [{ Name: `${input.Path}/000001`, Value: kept }] }]
      })
      expect(await parameters.create('refresh', '000001', 'ours')).toBe(outcome)
    }
  })

  it('in a damaged answer are not quoted', async () => {
    const { parameters } = await standIn(() => [200, '{"Parameters":[{"Value":"SECRETSECRET"'])
    const failure = await parameters.below('pepper').catch((error: Error) => error)
    expect(JSON.stringify(describeError(failure))).not.toContain('SECRET')
  })

  it('are unavailable where nothing or garbage answers', async () => {
    await expect(over('http://127.0.0.1:1').below('refresh')).rejects.toMatchObject({ code: 'unavailable' })
    const { parameters } = await standIn(() => [200, '<html>'])
    await expect(parameters.below('refresh')).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('that are refused fail with the error name, and with neither key nor value', async () => {
    const { parameters } = await standIn(() => [
      400,
      { __type: 'AccessDeniedException', message: 'secret-of-pepper' },
    ])
    const failure = await parameters
      .create('pepper', '000001', 'secret-of-pepper')
      .catch((error: Error) => error)
    expect(String(failure)).toBe('Error: SSM refused PutParameter: AccessDeniedException')
  })
})
