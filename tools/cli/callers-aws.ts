import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { Sha256 } from '@smithy/core/checksum'
import { HttpRequest } from '@smithy/core/protocols'
import { SignatureV4 } from '@smithy/signature-v4'

/** The region and credentials of the person who typed a command: profiles, single sign-on, the environment. */
export async function callersConfig() {
  const { config } = new DynamoDBClient({})
  return { region: await config.region(), credentials: config.credentials }
}

/** Where a service answers: where AWS's own tools are told to ask, else in the region. `id` is as in `AWS_ENDPOINT_URL_SSM`. */
export const endpointOf = (id: string, host: string, region: string): string =>
  process.env[`AWS_ENDPOINT_URL_${id}`] ||
  process.env.AWS_ENDPOINT_URL ||
  `https://${host}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`

const PATIENCE_MS = 10_000

/** Sends one signed request to a service that has no client here. Gives the text of its answer. @throws AWS's word for what is wrong. */
export async function askAws(
  service: { readonly id: string; readonly host: string },
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<string> {
  const { region, credentials } = await callersConfig()
  const { protocol, host, hostname, port, href } = new URL(endpointOf(service.id, service.host, region))
  const signer = new SignatureV4({ service: service.host, region, credentials, sha256: Sha256 })
  const signed = await signer.sign(
    new HttpRequest({
      method: 'POST',
      protocol,
      hostname,
      ...(port && { port: Number(port) }),
      path: '/',
      headers: { host, ...headers },
      body,
    }),
  )
  const signal = AbortSignal.timeout(PATIENCE_MS)
  const answer = await fetch(href, { method: 'POST', headers: signed.headers, body, signal })
  const text = await answer.text()
  if (answer.ok) return text
  const [, type] = /"__type":\s*"(?:[^"#]*#)?(\w+)"/.exec(text) ?? /<Code>(\w+)<\/Code>/.exec(text) ?? []
  throw new Error(type ?? `status ${answer.status}`)
}

/** Who AWS says the caller is. */
export async function callersArn(): Promise<string> {
  const answer = await askAws(
    { id: 'STS', host: 'sts' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    'Action=GetCallerIdentity&Version=2011-06-15',
  )
  const [, arn] = /<Arn>(arn:[^<]+)<\/Arn>/.exec(answer) ?? []
  if (!arn) throw new Error('STS does not say who you are')
  return arn
}

/** Names the account beside a place, before something is changed there: a shell may have the credentials of another. */
export const inAccount = async (place: string): Promise<string> =>
  `${place}, AWS account ${await callersArn().then(
    (arn) => arn.split(':')[4],
    () => 'unknown',
  )}`
