import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'

/** One call: of CloudFormation by its action, of S3 by its method. */
export interface Call {
  readonly action: string
  readonly input: Readonly<Record<string, string>>
}
interface Stacks {
  /** The template of each stack; a stack that is not listed does not exist. */
  readonly templates: Readonly<Record<string, object>>
  /** The files of the deployment bucket, by the end of their keys. Any other GET lists the bucket, which is empty. */
  readonly files?: Readonly<Record<string, object>>
  /** The error message of each action that fails. */
  readonly failing?: Readonly<Record<string, string>>
}

/**
 * As much of CloudFormation and S3 as an update of a stack needs, found by `AWS_ENDPOINT_URL`. It keeps the calls in their
 * order. An update ends at once.
 */
export async function standInAws({ templates, files = {}, failing = {} }: Stacks) {
  const calls: Call[] = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const input = Object.fromEntries(new URLSearchParams(body.startsWith('Action=') ? body : ''))
    const action = input.Action ?? `S3 ${request.method}`
    calls.push({ action, input })
    // The stack is given by its name or its ARN.
    const stack = String(input.StackName).split('/').at(1) ?? String(input.StackName)
    const because = failing[action]
    if (because) return void response.writeHead(403).end(errorOf('AccessDenied', because))
    if (!input.Action) {
      const path = decodeURIComponent(new URL(`http://aws${request.url}`).pathname)
      const file = Object.entries(files).find(([end]) => path.endsWith(end))?.[1]
      const isMissing = request.method === 'GET' && !file && path.endsWith('.json')
      if (isMissing) return void response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>')
      const body = file ? JSON.stringify(file) : bucket
      return void response.writeHead(200).end(request.method === 'GET' ? body : '')
    }
    if (input.StackName && !(stack in templates)) {
      const says = `Stack with id ${stack} does not exist`
      return void response.writeHead(400).end(errorOf('ValidationError', says))
    }
    response.writeHead(200, { 'content-type': 'text/xml' })
    response.end(answerTo(action, stack, templates))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return { url: `http://127.0.0.1:${port}`, calls, close: () => void server.close() }
}

const bucket = '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>'
const errorOf = (code: string, message: string) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`
const escaped = (value: object) =>
  JSON.stringify(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

function answerTo(action: string, stack: string, templates: Stacks['templates']): string {
  const id = `arn:aws:cloudformation:eu-central-1:123456789012:stack/${stack}/1`
  const ofStack = `<StackId>${id}</StackId><StackName>${stack}</StackName>`
  const results: Readonly<Record<string, () => string>> = {
    GetTemplate: () => `<TemplateBody>${escaped(templates[stack] ?? {})}</TemplateBody>`,
    DescribeStacks: () =>
      `<Stacks><member>${ofStack}<StackStatus>UPDATE_COMPLETE</StackStatus><Outputs></Outputs></member></Stacks>`,
    GetCallerIdentity: () =>
      '<Account>123456789012</Account><Arn>arn:aws:iam::123456789012:user/ada</Arn><UserId>x</UserId>',
    DescribeStackResource: () =>
      '<StackResourceDetail><PhysicalResourceId>bucket</PhysicalResourceId></StackResourceDetail>',
    DescribeChangeSet: () =>
      `<ChangeSetId>c</ChangeSetId><StackId>${id}</StackId><StackName>${stack}</StackName><Status>CREATE_COMPLETE</Status>`,
    DescribeStackEvents: () =>
      [
        `<StackEvents><member><EventId>1</EventId>${ofStack}<LogicalResourceId>${stack}</LogicalResourceId>`,
        `<PhysicalResourceId>${id}</PhysicalResourceId><ResourceType>AWS::CloudFormation::Stack</ResourceType>`,
        '<ResourceStatus>UPDATE_COMPLETE</ResourceStatus><Timestamp>2099-01-01T00:00:00Z</Timestamp>',
        '</member></StackEvents>',
      ].join(''),
  }
  const result = results[action]?.() ?? ''
  return `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`
}
