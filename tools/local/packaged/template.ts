import { z } from 'zod'

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

/**
 * Replaces the intrinsic functions that our template uses. `Ref` gives what AWS gives. An attribute, such as an ARN, becomes the
 * name of its resource: it is only used to find the resource. @throws for any other function.
 */
export function resolve(resources: Resources, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => resolve(resources, each))
  if (typeof value !== 'object' || value === null) return value
  const [[name, argument] = ['', undefined]] = Object.entries(value)
  if (name === 'Ref') return nameOf(resources, argument)
  if (name === 'Fn::GetAtt') return nameOf(resources, argument[0])
  if (name === 'Fn::Sub' && typeof argument === 'string')
    return argument.replace(/\$\{(.+?)\}/g, (_, id) => nameOf(resources, id))
  if (name === 'Fn::Join') return (resolve(resources, argument[1]) as string[]).join(argument[0])
  if (name.startsWith('Fn::')) throw new Error(`The template uses ${name} in a way that is not known here`)
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolve(resources, each)]))
}

function nameOf(resources: Resources, id: string): string {
  if (pseudoParameters[id]) return pseudoParameters[id]
  if (!resources[id]) throw new Error(`The template refers to ${id}, which it does not have`)
  const { FunctionName, TableName } = resources[id].Properties ?? {}
  // A mapping has a reference there, which is no name of its own.
  const name = FunctionName ?? TableName
  return typeof name === 'string' ? name : id.toLowerCase()
}

// What is used here of each resource. What cannot be run as it stands is refused.
const functionForm = z.object({
  FunctionName: z.string(),
  Handler: z.string(),
  // Another Node would prove little.
  Runtime: z.literal(`nodejs${process.versions.node.split('.')[0]}.x`),
  MemorySize: z.number(),
  Timeout: z.number(),
  Code: z.object({ S3Key: z.string() }),
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }),
})
const integrationForm = z.object({ PayloadFormatVersion: z.literal('2.0'), IntegrationUri: z.string() })
const authorizerForm = z.object({
  AuthorizerType: z.literal('REQUEST'),
  AuthorizerPayloadFormatVersion: z.literal('2.0'),
  EnableSimpleResponses: z.literal(true),
  AuthorizerUri: z.string().transform((uri) => uri.replace(/^.*\/functions\/(.+)\/invocations$/, '$1')),
  IdentitySource: z.tuple([z.literal('$request.header.Authorization')]),
})
const routeForm = z.object({
  RouteKey: z.string().regex(/^(?!ANY )[A-Z]+ \/[^+]*$/),
  Target: z.string().transform((target) => target.replace('integrations/', '')),
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
const [opening, closing] = ['{"eventName":["INSERT"],"dynamodb":{"Keys":{"pk":{"S":[{"prefix":"', '"}]}}}}']
const patternForm = z
  .templateLiteral([opening, z.string(), closing])
  .transform((text) => text.slice(opening.length, -closing.length))
const mappingForm = z.object({
  FunctionName: z.string(),
  EventSourceArn: z.string(),
  StartingPosition: z.enum(['LATEST', 'TRIM_HORIZON']),
  BatchSize: z.literal(1),
  MaximumRetryAttempts: z.number(),
  FunctionResponseTypes: z.tuple([z.literal('ReportBatchItemFailures')]),
  FilterCriteria: z.object({ Filters: z.tuple([z.object({ Pattern: patternForm })]) }),
})

/** Reads the functions, routes and streams of a packaged template. @throws if one of them cannot be run here. */
export function readTemplate(resources: Resources) {
  /** By name. */
  const all = <T extends z.ZodType>(type: string, form: T): Map<string, z.output<T>> =>
    new Map(
      Object.entries(resources)
        .filter(([, { Type }]) => Type === `AWS::${type}`)
        .map(([id, { Properties }]) => {
          const { data, error } = form.safeParse(resolve(resources, Properties))
          if (!error) return [nameOf(resources, id), data]
          throw new Error(
            `The template's ${id} is of a kind that is not known here:\n${z.prettifyError(error)}`,
          )
        }),
    )
  const functions = all('Lambda::Function', functionForm)
  const integrations = all('ApiGatewayV2::Integration', integrationForm)
  const authorizers = all('ApiGatewayV2::Authorizer', authorizerForm)
  const [api] = all('ApiGatewayV2::Api', z.object({ CorsConfiguration: corsForm.optional() })).values()
  const routes = [...all('ApiGatewayV2::Route', routeForm).values()].map((route) => {
    const name = integrations.get(route.Target)?.IntegrationUri ?? ''
    const authorizer = authorizers.get(route.AuthorizerId ?? '')?.AuthorizerUri
    const isKnown = functions.has(name) && (!authorizer || functions.has(authorizer))
    if (!isKnown || (route.AuthorizationType === 'CUSTOM') !== Boolean(authorizer))
      throw new Error(`${route.RouteKey} has an authorizer or an integration that is not known here`)
    return { key: route.RouteKey, function: name, authorizer }
  })
  const mappings = [...all('Lambda::EventSourceMapping', mappingForm).values()].map((mapping) => ({
    function: mapping.FunctionName,
    table: mapping.EventSourceArn,
    prefix: mapping.FilterCriteria.Filters[0].Pattern,
    startsAt: mapping.StartingPosition,
    retries: mapping.MaximumRetryAttempts,
  }))
  return { functions: [...functions.values()], routes, cors: api?.CorsConfiguration, mappings }
}
