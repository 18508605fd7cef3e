import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import { DescribeTableCommand, DescribeTimeToLiveCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { GetAccountCommand, GetEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2'
import { type Parameter, paginateGetParametersByPath, SSMClient } from '@aws-sdk/client-ssm'
import type { ParameterPath } from '../../../lib/crypto/keys.ts'
import { endpointOf, patience } from '../aws.ts'

export type Aws = ReturnType<typeof callersAws>

/** Questions to AWS, asked with the caller's own credentials and region. Each throws if AWS does not answer it. */
export function callersAws(stage: string, keysPath: string) {
  const dynamodb = new DynamoDBClient({})
  const ses = new SESv2Client({})
  return {
    /** The keys or secrets below a path of the stage. Only public keys have a value: no secret is decrypted. */
    async listed(path: ParameterPath) {
      const Path = `${keysPath}/${path}`
      const pages = paginateGetParametersByPath(
        { client: new SSMClient({}) },
        { Path, WithDecryption: false },
      )
      const found: Parameter[] = []
      for await (const { Parameters = [] } of pages) found.push(...Parameters)
      return found.map(({ Name = '', Type, Value, LastModifiedDate }) => ({
        number: Name.slice(Path.length + 1),
        madeAt: Math.floor(Number(LastModifiedDate) / 1000),
        value: Type === 'String' ? Value : undefined,
      }))
    },

    /** The TTL attribute of a table, and whether it has a stream; `undefined` if there is no such table. */
    async table(TableName: string) {
      const found = await dynamodb.send(new DescribeTableCommand({ TableName })).catch(unlessMissing)
      if (!found) return undefined
      const { TimeToLiveDescription: ttl } = await dynamodb.send(new DescribeTimeToLiveCommand({ TableName }))
      return {
        ttl: ttl?.TimeToLiveStatus?.startsWith('ENABL') ? ttl.AttributeName : undefined,
        hasStream: found.Table?.StreamSpecification?.StreamEnabled === true,
      }
    },

    /**
     * An address or a domain that SES may send for; `undefined` if SES does not know it. Its default configuration set does
     * not matter: the mail function names one in each request.
     */
    async identity(EmailIdentity: string) {
      const found = await ses.send(new GetEmailIdentityCommand({ EmailIdentity })).catch(unlessMissing)
      return found && { isVerified: found.VerifiedForSendingStatus === true }
    },

    async account() {
      const { ProductionAccessEnabled, SendingEnabled } = await ses.send(new GetAccountCommand({}))
      return { isSandbox: ProductionAccessEnabled !== true, maySend: SendingEnabled === true }
    },

    /** The gateway's own address, past any proxy; `undefined` if it is not deployed. */
    async gateway() {
      const stack = new DescribeStacksCommand({ StackName: `cardea-${stage}` })
      const { Stacks } = await new CloudFormationClient(patience).send(stack)
      return Stacks?.[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'HttpApiUrl')?.OutputValue
    },

    /** The status and the code of the answer to `GET /health` at an address. */
    async health(address: string) {
      const signal = AbortSignal.timeout(10_000)
      const answer = await fetch(`${address}/health`, { redirect: 'manual', signal })
      const body: { readonly code?: unknown } = Object(await answer.json().catch(() => undefined))
      return { status: answer.status, code: body.code }
    },

    /** The time at AWS in epoch seconds. */
    async time() {
      const region = await dynamodb.config.region()
      const answer = await fetch(`${endpointOf('DYNAMODB', 'dynamodb', region)}/ping`)
      return Date.parse(String(answer.headers.get('date'))) / 1000
    },
  }
}

function unlessMissing(error: Error): undefined {
  if (!['ResourceNotFoundException', 'NotFoundException'].includes(error.name)) throw error
}
