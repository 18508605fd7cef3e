import { createServer, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { signatureOf } from './sigv4.ts'

/** An event of a log group. */
export type LogLine = Record<string, any>

export const callersArn = 'arn:aws:sts::123456789012:assumed-role/operator/ada'

/**
 * STS, CloudWatch Logs and SES as the command line uses them. The first two check the signature. Logs knows the log groups that
 * were made. All refuse what they do not know. `env` sends a command there.
 */
export async function startAwsServices(secretAccessKey: string) {
  const groups = new Map<string, Map<string, LogLine[]>>()
  /** Actions that fail, after some calls that succeed. */
  const failing = new Map<string, { after: number; type: string }>()
  const refuse = (type: string) => {
    throw new Error(type)
  }
  const groupOf = (name: string) => groups.get(name) ?? refuse('ResourceNotFoundException')
  const actions: Readonly<Record<string, (input: LogLine) => object>> = {
    'Logs_20140328.CreateLogStream'({ logGroupName, logStreamName }) {
      if (!/^[^:*]{1,512}$/.test(logStreamName)) refuse('InvalidParameterException')
      groupOf(logGroupName).set(logStreamName, [])
      return {}
    },
    'Logs_20140328.PutLogEvents'({ logGroupName, logStreamName, logEvents }) {
      const stream = groupOf(logGroupName).get(logStreamName) ?? refuse('ResourceNotFoundException')
      for (const { timestamp, message } of logEvents) stream.push({ timestamp, ...JSON.parse(message) })
      return { nextSequenceToken: 'x' }
    },
  }
  const answer = async (request: IncomingMessage): Promise<string> => {
    const body = await text(request)
    const { authorization = '' } = request.headers
    if (!authorization.endsWith(`Signature=${signatureOf(request.headers, body, secretAccessKey)}`))
      refuse('InvalidSignatureException')
    if (body === 'Action=GetCallerIdentity&Version=2011-06-15') {
      if (!/\/sts\/aws4_request/.test(authorization)) refuse('InvalidSignatureException')
      const result = `<GetCallerIdentityResult><Arn>${callersArn}</Arn></GetCallerIdentityResult>`
      return `<GetCallerIdentityResponse>${result}</GetCallerIdentityResponse>`
    }
    const action = String(request.headers['x-amz-target'])
    const failure = failing.get(action)
    if (failure && failure.after-- <= 0) refuse(failure.type)
    const act = actions[action] ?? refuse('UnknownOperationException')
    return JSON.stringify(act(JSON.parse(body)))
  }
  /** What `npm run doctor` requests of SES. */
  const asked: Readonly<Record<string, object>> = {
    'GET /v2/email/account': { ProductionAccessEnabled: true, SendingEnabled: true },
    'GET /v2/email/identities/example.com': { VerifiedForSendingStatus: true },
    'GET /v2/email/identities/login%40example.com': {},
  }
  const server = createServer(async (request, response) => {
    try {
      const known = asked[`${request.method} ${request.url}`]
      response.end(known ? JSON.stringify(known) : await answer(request))
    } catch (error) {
      response.writeHead(400).end(JSON.stringify({ __type: `com.amazonaws#${(error as Error).message}` }))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as { port: number }).port}`
  return {
    env: {
      AWS_ENDPOINT_URL_STS: endpoint,
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: endpoint,
      AWS_ENDPOINT_URL_SESV2: endpoint,
    },
    failAfter: (action: string, after: number, type: string) => void failing.set(action, { after, type }),
    makeLogGroup: (name: string) => void groups.set(name, new Map()),
    linesOf: (name: string): LogLine[] => [...groupOf(name).values()].flat(),
    close: () => void server.close(),
  }
}
