import { z } from 'zod'
import type { TableProperties } from '../create-tables.ts'

/** The resources of a CloudFormation template, by logical id. */
export type Resources = Readonly<
  Record<string, { readonly Type: string; readonly Properties?: Readonly<Record<string, unknown>> }>
>
export type Deployment = ReturnType<typeof readTemplate>

export const REGION = 'eu-central-1'
export const ACCOUNT = '123456789012'

const pseudoParameters: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::URLSuffix': 'amazonaws.com',
}

/** Replaces the intrinsic functions that our template uses by the values of a deployed stack. @throws for any other one. */
export function resolve(resources: Resources, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => resolve(resources, each))
  if (typeof value !== 'object' || value === null) return value
  const [[name, argument] = ['', undefined]] = Object.entries(value)
  if (name === 'Ref' || name === 'Fn::GetAtt') return reference(resources, [argument].flat().join('.'))
  if (name === 'Fn::Sub' && typeof argument === 'string')
    return argument.replace(/\$\{([^}]+)\}/g, (_, path: string) => reference(resources, path))
  if (name === 'Fn::Join') return (resolve(resources, argument[1]) as string[]).join(argument[0])
  if (name.startsWith('Fn::')) throw new Error(`The template uses ${name} in a way that is not known here`)
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolve(resources, each)]))
}

/** The value of `Ref` for `Id`, or of `Fn::GetAtt` for `Id.Attribute`. */
function reference(resources: Resources, path: string): string {
  const [id = '', attribute = ''] = path.split('.')
  if (!resources[id] && !pseudoParameters[id])
    throw new Error(`The template refers to ${id}, which it does not have`)
  const { FunctionName, TableName } = resources[id]?.Properties ?? {}
  const name = pseudoParameters[id] ?? resolve(resources, FunctionName ?? TableName) ?? id.toLowerCase()
  if (attribute === '') return String(name)
  if (attribute === 'Arn') return `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`
  if (attribute === 'StreamArn') return `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${name}/stream/latest`
  throw new Error(`The template asks for ${path}, which is not known here`)
}

type Table = TableProperties & { readonly TableName: string }

// The properties that are used here. Defaults are those of AWS.
const functionForm = z.object({
  FunctionName: z.string(),
  Handler: z.string(),
  // Another Node would prove little.
  Runtime: z.literal(`nodejs${process.versions.node.split('.')[0]}.x`),
  MemorySize: z.number().default(128),
  Timeout: z.number().default(3),
  Code: z.object({ S3Key: z.string() }),
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }),
})
const integrationForm = z.object({
  PayloadFormatVersion: z.literal('2.0'),
  IntegrationUri: z.string(),
  TimeoutInMillis: z.number().default(30_000),
})
const authorizerForm = z.object({
  Name: z.string(),
  AuthorizerType: z.literal('REQUEST'),
  AuthorizerPayloadFormatVersion: z.literal('2.0'),
  EnableSimpleResponses: z.literal(true),
  AuthorizerUri: z.string().transform((uri) => uri.replace(/^.*\/functions\/(.+)\/invocations$/, '$1')),
  AuthorizerResultTtlInSeconds: z.number().default(300),
  /** Names of headers in lower case. */
  IdentitySource: z.array(
    z.templateLiteral(['$request.header.', z.string()]).transform((source) => source.slice(16).toLowerCase()),
  ),
})
const routeForm = z.object({
  RouteKey: z.string().regex(/^(?!ANY )[A-Z]+ \/[^+]*$/),
  Target: z.string(),
  AuthorizationType: z.enum(['NONE', 'CUSTOM']).default('NONE'),
  AuthorizerId: z.string().optional(),
})
const corsForm = z.object({
  AllowOrigins: z.array(z.string()),
  AllowMethods: z.array(z.string()),
  AllowHeaders: z.array(z.string()),
  ExposeHeaders: z.array(z.string()),
  AllowCredentials: z.literal(true),
  MaxAge: z.number(),
})
const mappingForm = z
  .object({
    FunctionName: z.string(),
    EventSourceArn: z.string(),
    StartingPosition: z.enum(['LATEST', 'TRIM_HORIZON']),
    BatchSize: z.number(),
    MaximumRetryAttempts: z.number(),
    FilterCriteria: z.object({ Filters: z.array(z.object({ Pattern: z.string() })) }),
  })
  .transform((mapping) => ({
    FunctionName: mapping.FunctionName,
    patterns: mapping.FilterCriteria.Filters.map(({ Pattern }): unknown => JSON.parse(Pattern)),
    table: mapping.EventSourceArn.replace(/^.*:table\/(.+)\/stream\/.*$/, '$1'),
    startsAt: mapping.StartingPosition,
    batchSize: mapping.BatchSize,
    retries: mapping.MaximumRetryAttempts,
  }))

/** Reads the functions, routes, streams and tables of a packaged template. @throws if it has anything that cannot be run here. */
export function readTemplate(resources: Resources) {
  /** By what `Ref` gives for each. */
  const all = <T extends z.ZodType>(type: string, form: T): Map<string, z.output<T>> =>
    new Map(
      Object.entries(resources)
        .filter(([, { Type }]) => Type === type)
        .map(([id, { Properties }]) => {
          const { data, error } = form.safeParse(resolve(resources, Properties))
          if (error)
            throw new Error(
              `The template's ${id} is of a kind that is not known here:\n${z.prettifyError(error)}`,
            )
          return [reference(resources, id), data]
        }),
    )
  const integrations = all('AWS::ApiGatewayV2::Integration', integrationForm)
  const authorizers = all('AWS::ApiGatewayV2::Authorizer', authorizerForm)
  const [api] = all('AWS::ApiGatewayV2::Api', z.object({ CorsConfiguration: corsForm.optional() })).values()
  return {
    functions: [...all('AWS::Lambda::Function', functionForm).values()].map((each) => ({
      ...each,
      Arn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${each.FunctionName}`,
    })),
    routes: [...all('AWS::ApiGatewayV2::Route', routeForm).values()].map((route) => {
      const integration = integrations.get(route.Target.replace('integrations/', ''))
      const authorizer = authorizers.get(route.AuthorizerId ?? '')
      if (!integration || (route.AuthorizationType === 'CUSTOM') !== Boolean(authorizer))
        throw new Error(`${route.RouteKey} has an authorizer or an integration that is not known here`)
      return { ...integration, RouteKey: route.RouteKey, authorizer }
    }),
    cors: api?.CorsConfiguration,
    mappings: [...all('AWS::Lambda::EventSourceMapping', mappingForm).values()],
    tables: [...all('AWS::DynamoDB::Table', z.custom<Table>()).values()],
  }
}
