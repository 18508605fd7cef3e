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
import type { Aws } from './deployment.ts'

/** AWS with the caller's own credentials and region. */
export function callersAws({
  keysPath,
  dynamodbEndpoint,
}: {
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
        return {
          isVerified: found.VerifiedForSendingStatus === true,
          configurationSet: found.ConfigurationSetName || undefined,
        }
      } catch (error) {
        if (error instanceof NotFoundException) return undefined
        throw error
      }
    },
    async account() {
      const { ProductionAccessEnabled, SendingEnabled } = await ses.send(new GetAccountCommand({}))
      return { isSandbox: ProductionAccessEnabled !== true, maySend: SendingEnabled === true }
    },
    async time() {
      const answer = await fetch(`https://dynamodb.${await dynamodb.config.region()}.amazonaws.com/ping`)
      return Date.parse(String(answer.headers.get('date'))) / 1000
    },
  }
}
