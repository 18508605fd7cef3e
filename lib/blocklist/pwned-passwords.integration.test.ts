import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { capturedLog } from '../../tools/testing/captured-log.ts'
import { pwnedPasswords } from './pwned-passwords.ts'

const PASSWORD = 'correct horse battery staple'
const digest = createHash('sha1').update(PASSWORD).digest('hex').toUpperCase()
const suffix = digest.slice(5)
const others = ['0018A45C4D1DEF81644B54AB7F969B88D65:1', 'FFD8D4A6D2B7E9B2A0E2B1C3D4E5F60718A:37'] as const

let server: Server
let url = ''
let asked: IncomingMessage[] = []
let answer: RequestListener = () => undefined

beforeAll((done) => {
  server = createServer((request, response) => {
    asked.push(request)
    answer(request, response)
  })
  server.listen(0, '127.0.0.1', () => {
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    done()
  })
})
let timeout: AbortController
beforeEach(() => {
  asked = []
  // A test ends it, so that the speed of a machine does not matter.
  timeout = new AbortController()
  jest.spyOn(AbortSignal, 'timeout').mockImplementation(() => timeout.signal)
})
afterAll((done) => {
  server.close(done)
  server.closeAllConnections()
})

const answers = (body: string, status = 200) => {
  answer = (_, response) => response.writeHead(status).end(body)
}
const find = (password = PASSWORD) => pwnedPasswords({ url }).find(password)

describe('a service of breached passwords', () => {
  it('finds a password among others, in upper case or lower, last line or not', async () => {
    answers([others[0], `${suffix}:1234`, others[1]].join('\r\n'))
    expect(await find()).toBe('found')
    answers([others[0], `${suffix.toLowerCase()}:1`].join('\n').concat('\n'))
    expect(await find()).toBe('found')
  })

  it('does not find a password whose hash is missing or only padding', async () => {
    answers(others.join('\r\n'))
    expect(await find()).toBe('not_found')
    answers([others[0], `${suffix}:0`].join('\r\n'))
    expect(await find()).toBe('not_found')
  })

  it('receives a password unchanged: case, blanks and the form of an accent matter', async () => {
    answers([others[0], `${suffix}:5`].join('\r\n'))
    for (const other of [PASSWORD.toUpperCase(), ` ${PASSWORD}`, `${PASSWORD}\u0301`])
      expect(await find(other)).toBe('not_found')
    expect(asked[0]?.url).not.toBe(`/range/${digest.slice(0, 5)}`)
    // SHA-1 of the bytes C3 A9, and of 65 CC 81.
    await find('\u00E9')
    expect(asked.at(-1)?.url).toBe('/range/BF15B')
    await find('e\u0301')
    expect(asked.at(-1)?.url).toBe('/range/7E3FB')
  })

  it('receives 5 hex digits of the hash and no more, a request for padding, and our name', async () => {
    answers(others.join('\r\n'))
    let body = ''
    const respond = answer
    answer = (request, response) => {
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => respond(request, response))
      request.resume()
    }
    await find()
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatchObject({
      method: 'GET',
      url: `/range/${digest.slice(0, 5)}`,
      headers: { 'add-padding': 'true', 'user-agent': 'cardea' },
    })
    const sent = `${JSON.stringify(asked[0]?.headers)}${body}`.toUpperCase()
    expect(sent).not.toContain(suffix.slice(0, 6))
    expect(sent).not.toContain('HORSE')
  })

  it('is called over a new connection each time, because a kept one breaks while a function is frozen', async () => {
    answers(others.join('\r\n'))
    await find()
    await find()
    const [first, second] = asked
    expect(first?.headers.connection).toBe('close')
    expect(second?.socket).not.toBe(first?.socket)
  })

  it('may answer 10,000 lines', async () => {
    const lines = Array.from({ length: 10_000 }, (_, n) => `${n.toString(16).padStart(35, '0')}:${n + 1}`)
    answers([...lines, `${suffix}:1`].join('\r\n'))
    expect(await find()).toBe('found')
  })

  it('is not called where none is configured', async () => {
    const fetching = jest.spyOn(globalThis, 'fetch')
    expect(await pwnedPasswords({ url: undefined }).find(PASSWORD)).toBe('not_found')
    expect(fetching).not.toHaveBeenCalled()
    fetching.mockRestore()
  })
})

describe('the answer is unknown, and nothing is thrown or logged, for a service', () => {
  it.each([
    ['fails', `${suffix}:9`, 500],
    ['limits requests', `${suffix}:9`, 429],
    ['answers with another success', `${suffix}:9`, 206],
    ['answers nothing', '', 200],
    ['answers the page of a captive portal', '<html><body>Log in to the Wi-Fi</body></html>', 200],
    ['answers a malformed line', `${suffix}:9\r\nand so on`, 200],
    ['answers no counts', suffix, 200],
    ['answers a negative count', `${suffix}:-1`, 200],
    ['answers whole hashes', `${digest}:9`, 200],
  ])('that %s', async (_, body, status) => {
    answers(body, status)
    const { result, text } = await capturedLog(() => find())
    expect(result).toBe('unknown')
    expect(text).toBe('')
    expect(asked).toHaveLength(1)
  })

  it('that redirects', async () => {
    answer = (request, response) => {
      if (request.url?.startsWith('/range/')) response.writeHead(302, { location: '/elsewhere' }).end()
      else response.end(`${suffix}:9`)
    }
    expect(await find()).toBe('unknown')
    expect(asked).toHaveLength(1)
  })

  it('that does not answer within a second', async () => {
    answer = () => timeout.abort()
    expect(await find()).toBe('unknown')
    expect(AbortSignal.timeout).toHaveBeenCalledWith(1000)
  })

  it('that begins an answer and has not ended it within a second', async () => {
    answer = (_, response) => response.writeHead(200).write(`${suffix}:9\r\n`, () => timeout.abort())
    expect(await find()).toBe('unknown')
  })

  it('that closes the connection', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': 1000 }).write(`${suffix}:9\r\n`)
      setTimeout(() => response.destroy(), 50)
    }
    expect(await find()).toBe('unknown')
  })

  it('that does not stop: the request ends as soon as the answer is too long', async () => {
    const more = `${others[0]}\r\n`.repeat(1000)
    let sent = 0
    const left = new Promise<void>((resolve) => {
      answer = (_, response) => {
        const send = () => {
          while (!response.closed) {
            sent += more.length
            if (!response.write(more)) return
          }
        }
        response.on('drain', send).on('close', resolve)
        send()
      }
    })
    expect(await find()).toBe('unknown')
    await left
    expect(timeout.signal.aborted).toBe(false)
    expect(sent).toBeLessThan(20_000_000)
  })

  it('that does not listen', async () => {
    const gone = createServer()
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
    const { port } = gone.address() as AddressInfo
    await new Promise((resolve) => gone.close(resolve))
    expect(await pwnedPasswords({ url: `http://127.0.0.1:${port}` }).find(PASSWORD)).toBe('unknown')
  })

  it('with a malformed address', async () => {
    expect(await pwnedPasswords({ url: 'nowhere' }).find(PASSWORD)).toBe('unknown')
  })
})
