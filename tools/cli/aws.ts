import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'

/** For clients of AWS: a command does not wait longer for an answer. */
export const patience = { requestHandler: { requestTimeout: 10_000, throwOnRequestTimeout: true } }

const sts = () => new STSClient(patience)

/** The region and credentials of the user of a command: profiles, single sign-on, the environment. */
export async function callersConfig() {
  const { config } = sts()
  return { region: await config.region(), credentials: config.credentials }
}

/** The address of a service: from the settings of the AWS CLI, else that of the region. `id` is as in `AWS_ENDPOINT_URL_SSM`. */
export const endpointOf = (id: string, host: string, region: string): string =>
  process.env[`AWS_ENDPOINT_URL_${id}`] ||
  process.env.AWS_ENDPOINT_URL ||
  `https://${host}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`

/** Who AWS says the caller is. */
export async function callersArn(): Promise<string> {
  const { Arn } = await sts().send(new GetCallerIdentityCommand({}))
  if (!Arn) throw new Error('STS does not say who you are')
  return Arn
}

/** Names the account beside a place, before something is changed there: a shell may have the credentials of another. */
export async function inAccount(place: string): Promise<string> {
  const arn = await callersArn().catch(() => undefined)
  return `${place}, AWS account ${arn?.split(':')[4] ?? 'unknown'}`
}
