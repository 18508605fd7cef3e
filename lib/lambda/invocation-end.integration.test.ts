import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { pwnedPasswords } from '../blocklist/pwned-passwords.ts'
import { runWithSignal } from '../domain/invocation-signal.ts'
import { sesMailer } from '../mail/sender.ts'
import { ssmParameters } from '../parameters/ssm.ts'
import { documentClient, withRetries } from '../storage/client.ts'

/** Every module that sends requests for an invocation, each with a call that would be retried. */
const edges: Record<string, (endpoint: string) => Promise<unknown>> = {
  'a write to DynamoDB': (dynamodbEndpoint) => {
    const command = new PutCommand({ TableName: 'any', Item: { pk: 'x' } })
    return withRetries(() => documentClient({ dynamodbEndpoint }).send(command))
  },
  'a read of DynamoDB': (dynamodbEndpoint) => {
    const command = new GetCommand({ TableName: 'any', Key: { pk: 'x' } })
    return withRetries(() => documentClient({ dynamodbEndpoint }).send(command))
  },
  'a mail': (sesEndpoint) =>
    sesMailer({
      mailFrom: 'a@example.com',
      productName: 'x',
      linkBaseUrl: 'https://x.example',
      sesEndpoint,
      stage: 'cardea-test',
    }).send('b@example.com', { kind: 'already_registered' }, { userId: 'u', locale: 'en' }),
  'the write of a key': (endpoint) =>
    ssmParameters({
      keysPath: '/x',
      region: 'eu-central-1',
      endpoint,
      credentials: async () => ({ accessKeyId: 'a', secretAccessKey: 'b' }),
    }).create('refresh', '1', 'value'),
  'a look-up of a password': async (url) => {
    // It answers `unknown` in place of an error.
    if ((await pwnedPasswords({ url }).find('any')) === 'unknown') throw new Error('unknown')
  },
}

describe.each<[string, (response: ServerResponse) => void]>([
  ['does not answer', () => undefined],
  ['answers with a transient error', (response) => response.writeHead(503).end('{}')],
])('a service that %s', (_, answer) => {
  it.each(Object.entries(edges))('gets no retry for %s once the invocation has ended', async (_, ask) => {
    let asked = 0
    const server = createServer((_, response) => {
      asked++
      server.emit('asked')
      answer(response)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const invocation = new AbortController()
    const first = once(server, 'asked')
    const outcome = runWithSignal(invocation.signal, () =>
      ask(`http://127.0.0.1:${(server.address() as { port: number }).port}`),
    ).then(
      () => 'done',
      () => 'stopped',
    )
    await first
    invocation.abort()
    expect(await outcome).toBe('stopped')
    const before = asked
    // Longer than an attempt and the wait before the next one.
    await wait(2500)
    expect([before, asked]).toEqual([1, 1])
    server.closeAllConnections()
    server.close()
  })

  it.each(Object.entries(edges))('gets no request for %s after that', async (_, ask) => {
    const server = createServer((_, response) => answer(response)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const asked = jest.fn()
    server.on('request', asked)
    const work = runWithSignal(AbortSignal.abort(), () =>
      ask(`http://127.0.0.1:${(server.address() as { port: number }).port}`),
    )
    await expect(work).rejects.toThrow()
    expect(asked).not.toHaveBeenCalled()
    server.close()
  })
})
