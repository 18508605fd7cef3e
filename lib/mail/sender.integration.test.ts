import { execFile } from 'node:child_process'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer as createSilence, type Server as Socket } from 'node:net'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { capturedLog } from '../../tools/testing/captured-log.ts'
import type { EmailTemplate } from '../domain/email-templates.ts'
import { describeError } from '../log.ts'
import { sesMailer } from './sender.ts'
import { write } from './templates.ts'
import { mailTexts } from './texts.ts'

const product = { productName: 'Grüne Wiese', linkBaseUrl: 'https://app.example.com' }
const template: EmailTemplate = { kind: 'email_login', token: 'T0ken-T0ken', code: '048213', minutes: 10 }
const ada = 'ada@example.com'
const about = { userId: 'b7e0c6a4-5a0a-4a3e-9d6c-2f1f0a9b8c7d', locale: 'de' } as const

const opened: (Server | Socket)[] = []
afterAll(() => opened.forEach((server) => void server.close()))
const portOf = (server: Server | Socket) => {
  opened.push(server)
  return (server.address() as AddressInfo).port
}
const mailerAt = (port: number, more: { mailConfigurationSet?: string } = {}) =>
  sesMailer({
    mailFrom: 'no-reply@example.com',
    ...product,
    ...more,
    stage: 'cardea-prod',
    sesEndpoint: `http://127.0.0.1:${port}`,
  })

describe('a mail', () => {
  it('arrives whole, at one address', async () => {
    const require = createRequire(join(process.cwd(), 'package.json'))
    const { default: startSes } = require('aws-ses-v2-local') as typeof import('aws-ses-v2-local')
    const port = portOf(await startSes({ host: '127.0.0.1', port: 0 }))
    expect(await mailerAt(port).send(ada, template, about)).toBe('sent')

    const { emails } = (await (await fetch(`http://127.0.0.1:${port}/store`)).json()) as { emails: object[] }
    const { subject, text, html } = write(template, { ...product, locale: 'de', texts: mailTexts().de })
    expect(emails).toEqual([
      expect.objectContaining({
        from: '=?UTF-8?B?R3LDvG5lIFdpZXNl?= <no-reply@example.com>',
        destination: { to: [ada], cc: [], bcc: [] },
        replyTo: [],
        subject,
        body: { text, html },
        headers: [{ name: 'Auto-Submitted', value: 'auto-generated' }],
      }),
    ])
  })
})

/** Gives each request its answer, and the last answer to all further ones. Records the requests. */
async function sesThat(...answers: readonly ((response: ServerResponse) => void)[]) {
  const requests: any[] = []
  const server = createServer(async (request, response) => {
    requests.push(await json(request))
    answers[Math.min(requests.length, answers.length) - 1]?.(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const port = portOf(server)
  return { mailer: mailerAt(port), port, requests }
}
const accepts = (response: ServerResponse) => void response.end('{"MessageId":"1"}')
const fails = (status: number, type: string, message: string) => (response: ServerResponse) =>
  void response
    .writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type })
    .end(JSON.stringify({ message }))

describe('Amazon SES', () => {
  it('is asked for UTF-8, and to disable tracking', async () => {
    const { mailer, requests } = await sesThat(accepts)
    await mailer.send(ada, template, about)
    expect(requests).toHaveLength(1)
    expect(requests[0].ConfigurationOverrides).toEqual({
      Tracking: { OpenTrackingEnabled: 'DISABLED', ClickTrackingEnabled: 'DISABLED' },
    })
    const { Subject, Body } = requests[0].Content.Simple
    for (const part of [Subject, Body.Text, Body.Html]) expect(part.Charset).toBe('UTF-8')
  })

  it('gets stage, template and user as tags, which identify a bounce', async () => {
    const { mailer, requests } = await sesThat(accepts)
    await mailer.send(ada, template, about)
    const tags = Object.fromEntries(requests[0].EmailTags.map(({ Name, Value }: any) => [Name, Value]))
    expect(tags).toEqual({ stage: 'cardea-prod', template: 'email_login', user: about.userId })
    // SES accepts no other characters.
    for (const text of Object.entries(tags).flat()) expect(text).toMatch(/^[\w-]+$/)
  })

  it('gets the configured configuration set, or none', async () => {
    const { mailer, port, requests } = await sesThat(accepts)
    await mailerAt(port, { mailConfigurationSet: 'tracked' }).send(ada, template, about)
    await mailer.send(ada, template, about)
    expect(requests.map(({ ConfigurationSetName }) => ConfigurationSetName)).toEqual(['tracked', undefined])
  })

  it.each<[string, number]>([
    ['MessageRejected', 400],
    ['BadRequestException', 400],
    ['ValidationException', 400],
    ['NotFoundException', 404],
    ['MailFromDomainNotVerifiedException', 400],
    ['AccountSuspendedException', 400],
    ['SendingPausedException', 400],
  ])('that answers %s has rejected the mail, and gets no retry', async (type, status) => {
    const { mailer, requests } = await sesThat(fails(status, type, `Not verified: ${ada}`))
    expect(await mailer.send(ada, template, about)).toEqual({ rejectedAs: type })
    expect(requests).toHaveLength(1)
  })

  it.each<[string, number]>([
    ['TooManyRequestsException', 429],
    ['ThrottlingException', 400],
    ['InternalServiceErrorException', 500],
    ['ServiceUnavailable', 503],
  ])('that answers %s twice is unavailable', async (type, status) => {
    const { mailer, requests } = await sesThat(fails(status, type, 'Maximum sending rate exceeded.'))
    await expect(mailer.send(ada, template, about)).rejects.toMatchObject({
      code: 'unavailable',
      cause: { name: type },
    })
    expect(requests).toHaveLength(2)
  })

  it('with its daily quota used up is unavailable', async () => {
    const { mailer } = await sesThat(fails(400, 'LimitExceededException', 'Daily message quota exceeded.'))
    await expect(mailer.send(ada, template, about)).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('that accepts the second attempt has sent the mail', async () => {
    const { mailer, requests } = await sesThat(fails(429, 'TooManyRequestsException', 'Too fast'), accepts)
    expect(await mailer.send(ada, template, about)).toBe('sent')
    expect(requests).toHaveLength(2)
  })

  it('that denies access fails with an error that contains no address', async () => {
    const message = `User is not authorized on resource identity/${ada}`
    const { mailer } = await sesThat(fails(403, 'AccessDeniedException', message))
    await expect(mailer.send(ada, template, about)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: 'User is not authorized on resource identity/(address)',
    })
  })

  it('that does not listen is unavailable', async () => {
    // A process of its own, because Node's system errors are of another realm than Jest's tests, and the SDK wraps those.
    const script = `
      const { sesMailer } = await import('./lib/mail/sender.ts')
      const mailer = sesMailer({ mailFrom: 'a@a.example', productName: '', linkBaseUrl: '', sesEndpoint: 'http://127.0.0.1:1' })
      await mailer.send('ada@example.com', { kind: 'already_registered' }, { userId: 'u', locale: 'en' }).catch(({ code, cause }) => {
        process.stdout.write(code + ' ' + cause.code)
      })`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
    expect(stdout).toBe('unavailable ECONNREFUSED')
  })

  it('that stops in the middle of an answer is unavailable within 9 s', async () => {
    const { mailer } = await sesThat((response) => {
      response.writeHead(200, { 'content-length': 500 }).write('{"Mess')
    })
    const start = performance.now()
    await expect(mailer.send(ada, template, about)).rejects.toMatchObject({ code: 'unavailable' })
    expect(performance.now() - start).toBeLessThan(9000)
  })

  it('that accepts connections and does not answer is unavailable after two attempts of 3 s', async () => {
    const connections: unknown[] = []
    const silent = createSilence((socket) => {
      connections.push(socket)
      socket.on('error', () => undefined)
    })
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const start = performance.now()
    await expect(mailerAt(portOf(silent)).send(ada, template, about)).rejects.toMatchObject({
      code: 'unavailable',
    })
    expect(connections).toHaveLength(2)
    expect(performance.now() - start).toBeLessThan(9000)
  })
})

describe('a log', () => {
  it.each([
    [400, 'MessageRejected'],
    [403, 'AccessDeniedException'],
    [500, 'InternalFailure'],
    [418, 'Whatever'],
  ])('after %i %s contains nothing of the mail', async (status, type) => {
    const { mailer } = await sesThat(fails(status, type, `This was about ${ada}`))
    const { result, entries } = await capturedLog(() =>
      mailer.send(ada, template, about).catch((error: unknown) => JSON.stringify(describeError(error))),
    )
    // Without the times, which could contain the digits of the code.
    const lines = entries.map(({ time, _aws, ...line }) => line)
    expect(JSON.stringify([result, lines])).not.toMatch(/ada@|T0ken|048213|Wiese/)
  })
})
