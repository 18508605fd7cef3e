import type dns from 'node:dns'
import type { RequestListener } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import tls from 'node:tls'
import { selfSignedCertificate } from '../../tools/testing/providers/self-signed-certificate.ts'
import { providerFetch } from './provider-fetch.ts'

const NAME = 'provider.example'
const certificate = selfSignedCertificate(NAME)
let listener: RequestListener = (_, response) => response.end('{}')
const server = https.createServer(certificate, (request, response) => listener(request, response))
let address = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `https://${NAME}:${(server.address() as AddressInfo).port}/`
})
afterAll((done) => {
  server.close(done)
  server.closeAllConnections()
})

/** Names that have these addresses, one list after the other. */
function resolving(...lists: readonly (readonly string[])[]) {
  const asked: string[] = []
  const lookup = ((hostname: string, _: object, callback: (error: null, found: object[]) => void) => {
    const found = lists[Math.min(asked.push(hostname), lists.length) - 1] ?? []
    callback(
      null,
      found.map((each) => ({ address: each, family: each.includes(':') ? 6 : 4 })),
    )
  }) as unknown as typeof dns.lookup
  return { asked, lookup }
}
const get = { method: 'GET', headers: {} }

describe('a request to a provider', () => {
  const authorities = tls.getCACertificates('default')
  afterEach(() => tls.setDefaultCACertificates(authorities))

  it('goes over TLS to the address that was checked, and names the host', async () => {
    tls.setDefaultCACertificates([...authorities, certificate.cert])
    let host: string | undefined
    listener = ({ headers, socket }, response) => {
      host = `${headers.host} ${(socket as tls.TLSSocket).servername} ${headers.connection}`
      response.writeHead(201, { 'content-type': 'application/json', 'x-other': 'not kept' }).end('{"a":1}')
    }
    const { lookup, asked } = resolving(['127.0.0.1'], ['10.0.0.1'])
    const answer = await providerFetch({ isLocal: true, lookup })(address, get)
    expect([answer.status, await answer.json()]).toEqual([201, { a: 1 }])
    expect([...answer.headers]).toEqual([['content-type', 'application/json']])
    expect(host).toBe(`${new URL(address).host} ${NAME} close`)
    expect(asked).toEqual([NAME])
  })

  it('sends a form', async () => {
    tls.setDefaultCACertificates([...authorities, certificate.cert])
    listener = (request, response) => void request.pipe(response)
    const { lookup } = resolving(['127.0.0.1'])
    const answer = await providerFetch({ isLocal: true, lookup })(address, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ code: 'a b' }),
    })
    expect(await answer.text()).toBe('code=a+b')
  })

  it('is not sent where the certificate is not trusted, or is of another name', async () => {
    let received = 0
    listener = () => received++
    const { lookup } = resolving(['127.0.0.1'])
    const fetch = providerFetch({ isLocal: true, lookup })
    await expect(fetch(address, get)).rejects.toMatchObject({
      reason: 'unreachable',
      cause: new Error('DEPTH_ZERO_SELF_SIGNED_CERT'),
    })
    tls.setDefaultCACertificates([...authorities, certificate.cert])
    await expect(fetch(address.replace(NAME, 'other.example'), get)).rejects.toMatchObject({
      reason: 'unreachable',
      cause: new Error('ERR_TLS_CERT_ALTNAME_INVALID'),
    })
    expect(received).toBe(0)
  })

  it.each([
    ['one of this machine', ['127.0.0.1']],
    ['public and private ones', ['8.8.8.8', '10.0.0.1']],
    ['private and public ones', ['fd00::1', '2606:50c0:8000::64']],
    ['that of the credentials of a cloud machine', ['169.254.169.254']],
    ['none', []],
  ])('is not sent to a name with addresses that may not be: %s', async (_, addresses) => {
    const { lookup } = resolving(addresses)
    await expect(providerFetch({ isLocal: false, lookup })(address, get)).rejects.toMatchObject({
      code: 'provider_error',
      reason: 'address',
    })
  })

  it('is not sent to a name that has no address', async () => {
    const fetch = providerFetch({ isLocal: false })
    await expect(fetch('https://nowhere.invalid/', get)).rejects.toMatchObject({ reason: 'unreachable' })
  })

  it.each([
    ...['http://8.8.8.8/', 'http://provider.example/', 'ftp://provider.example/', 'provider.example', ''],
    ...['https://127.0.0.1/', 'https://2130706433/', 'https://0x7f.1/', 'https://[::ffff:127.0.0.1]/'],
    ...['https://[::1]/', 'https://10.0.0.1/', 'https://me:secret@provider.example/', 'http://localhost/'],
  ])('is not sent to %j', async (url) => {
    const { lookup, asked } = resolving(['8.8.8.8'])
    await expect(providerFetch({ isLocal: false, lookup })(url, get)).rejects.toMatchObject({
      reason: 'address',
    })
    expect(asked).toEqual([])
  })
})
