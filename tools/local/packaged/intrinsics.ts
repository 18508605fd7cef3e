/** A resource of a CloudFormation template. */
export interface Resource {
  readonly Type: string
  readonly Properties?: Readonly<Record<string, unknown>>
}
export type Resources = Readonly<Record<string, Resource>>

export const REGION = 'eu-central-1'
export const ACCOUNT = '123456789012'

const pseudoParameters: Readonly<Record<string, string>> = {
  'AWS::AccountId': ACCOUNT,
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::StackName': 'local',
  'AWS::URLSuffix': 'amazonaws.com',
}

/** Gives every intrinsic function in a value what it would be in a deployed stack of nobody's. @throws for one that it does not know. */
export function resolve(resources: Resources, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => resolve(resources, each))
  if (typeof value !== 'object' || value === null) return value
  const [[name, argument] = ['', undefined], ...others] = Object.entries(value)
  if (others.length === 0) {
    if (name === 'Ref') return nameOf(resources, String(argument))
    if (name === 'Fn::GetAtt') return attributeOf(resources, argument as [string, string])
    if (name === 'Fn::Join') {
      const [separator, parts] = argument as [string, unknown]
      return (resolve(resources, parts) as string[]).join(separator)
    }
    if (name === 'Fn::Sub' && typeof argument === 'string') {
      return argument.replace(/\$\{([\w:]+)(?:\.(\w+))?\}/g, (_, id: string, attribute?: string) =>
        attribute ? attributeOf(resources, [id, attribute]) : nameOf(resources, id),
      )
    }
    if (name.startsWith('Fn::')) throw new Error(`The template uses ${name} in a way that is not known here`)
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolve(resources, each)]))
}

/** What `Ref` gives: a name that the template chose, or one that AWS would make up. */
function nameOf(resources: Resources, id: string): string {
  const { FunctionName, TableName } = resources[id]?.Properties ?? {}
  const name = pseudoParameters[id] ?? resolve(resources, FunctionName ?? TableName)
  if (typeof name === 'string') return name
  if (!resources[id]) throw new Error(`The template refers to ${id}, which it does not have`)
  return id.toLowerCase()
}

function attributeOf(resources: Resources, [id, attribute]: readonly [string, string]): string {
  const name = nameOf(resources, id)
  const path =
    resources[id]?.Type === 'AWS::DynamoDB::Table' ? `dynamodb:${REGION}:${ACCOUNT}:table/` : undefined
  const arn = `arn:aws:${path ?? `lambda:${REGION}:${ACCOUNT}:function:`}${name}`
  if (attribute === 'Arn') return arn
  if (attribute === 'StreamArn') return `${arn}/stream/latest`
  throw new Error(`The template asks for ${id}.${attribute}, which is not known here`)
}
