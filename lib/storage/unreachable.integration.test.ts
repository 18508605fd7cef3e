import { createServer, type Server } from 'node:net'
import { tableNamesOf } from '../../tools/deploy/settings.ts'
import { documentClient } from './client.ts'
import { dynamoUsers } from './users.ts'

const tables = tableNamesOf('test')
const usersAt = (port: number) =>
  dynamoUsers(documentClient({ dynamodbEndpoint: `http://127.0.0.1:${port}` }), tables, { now: () => 0 })

describe('an engine', () => {
  let silent: Server
  let port = 0
  beforeAll((done) => {
    silent = createServer().listen(0, '127.0.0.1', () => {
      port = (silent.address() as { port: number }).port
      done()
    })
  })
  afterAll(() => silent.close())

  it('that accepts connections and does not answer is unavailable after two attempts of 2 s', async () => {
    const connections: unknown[] = []
    silent.on('connection', (socket) => {
      connections.push(socket)
      socket.on('error', () => undefined)
    })
    const start = performance.now()
    await expect(usersAt(port).findById('anyone')).rejects.toMatchObject({ code: 'unavailable' })
    expect(connections).toHaveLength(2)
    expect(performance.now() - start).toBeLessThan(8000)
  })
  it('that stops in the middle of an answer is unavailable within 8 s', async () => {
    silent.on('connection', (socket) => {
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"Item'))
    })
    const start = performance.now()
    await expect(usersAt(port).findById('anyone')).rejects.toMatchObject({ code: 'unavailable' })
    expect(performance.now() - start).toBeLessThan(8000)
  })
})
