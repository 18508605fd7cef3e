import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb'
import {
  GetAccountCommand,
  GetEmailIdentityCommand,
  NotFoundException,
  SESv2Client,
} from '@aws-sdk/client-sesv2'
import { type Parameter, paginateGetParametersByPath, SSMClient } from '@aws-sdk/client-ssm'
import { askAws, endpointOf } from '../callers-aws.ts'
import type { Aws } from './deployment.ts'
import type { Health } from './proxy.ts'

/** AWS with the caller's own credentials and region. */
export function callersAws({
  stage,
  keysPath,
  dynamodbEndpoint,
}: {
  stage: string
  keysPath: string
  dynamodbEndpoint?: string
}): Aws {
  const dynamodb = new DynamoDBClient({ ...(dynamodbEndpoint && { endpoint: dynamodbEndpoint }) })
  const ses = new SESv2Client({})
  const ssm = new SSMClient({})
  return {
    async listed(path) {
      const Path = `${keysPath}/${path}`
      const pages = paginateGetParametersByPath({ client: ssm }, { Path, WithDecryption: false })
      const found: Parameter[] = []
      for await (const { Parameters = [] } of pages) found.push(...Parameters)
      return found.map(({ Name = '', Type, Value, LastModifiedDate }) => ({
        number: Name.slice(Path.length + 1),
        madeAt: Math.floor(Number(LastModifiedDate) / 1000),
        value: Type === 'String' ? Value : undefined,
      }))
    },
    async table(TableName) {
      try {
        const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }))
        const { TimeToLiveDescription: ttl } = await dynamodb.send(
          new DescribeTimeToLiveCommand({ TableName }),
        )
        return {
          ttl: ttl?.TimeToLiveStatus?.startsWith('ENABL') ? ttl.AttributeName : undefined,
          hasStream: Table?.StreamSpecification?.StreamEnabled === true,
        }
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return undefined
        throw error
      }
    },
    async identity(EmailIdentity) {
      try {
        const found = await ses.send(new GetEmailIdentityCommand({ EmailIdentity }))
        return { isVerified: found.VerifiedForSendingStatus === true }
      } catch (error) {
        if (error instanceof NotFoundException) return undefined
        throw error
      }
    },
    async account() {
      const { ProductionAccessEnabled, SendingEnabled } = await ses.send(new GetAccountCommand({}))
      return { isSandbox: ProductionAccessEnabled !== true, maySend: SendingEnabled === true }
    },
    gateway: { address: () => gatewayAddress(stage), health },
    async time() {
      const region = String(await dynamodb.config.region())
      const answer = await fetch(`${endpointOf('DYNAMODB', 'dynamodb', region)}/ping`)
      return Date.parse(String(answer.headers.get('date'))) / 1000
    },
  }
}

/** The output of the stage's stack. CloudFormation has no client here. */
async function gatewayAddress(stage: string): Promise<string | undefined> {
  const query = { Action: 'DescribeStacks', Version: '2010-05-15', StackName: `cardea-${stage}` }
  const answer = await askAws(
    { id: 'CLOUDFORMATION', host: 'cloudformation' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    new URLSearchParams(query).toString(),
  )
  const output = answer.split('<member>').find((each) => each.includes('<OutputKey>HttpApiUrl</OutputKey>'))
  return /<OutputValue>(https:[^<]+)<\/OutputValue>/.exec(output ?? '')?.[1]
}

export async function health(address: string): Promise<Health> {
  const answer = await fetch(`${address}/health`, { redirect: 'manual', signal: AbortSignal.timeout(10_000) })
  const { code } = ((await answer.json().catch(() => undefined)) ?? {}) as { code?: unknown }
  return { status: answer.status, code: typeof code === 'string' ? code : undefined }
}
