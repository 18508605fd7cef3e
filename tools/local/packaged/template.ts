import { basename } from 'node:path'
import { type Resource, type Resources, resolve } from './intrinsics.ts'

export interface DeployedFunction {
  readonly arn: string
  readonly name: string
  /** `folder/file.export`, as Lambda takes it. */
  readonly handler: string
  /** The zip's name in the package. */
  readonly zip: string
  readonly runtime: string
  readonly memoryMb: number
  readonly timeoutSeconds: number
  readonly environment: Readonly<Record<string, string>>
}

export interface DeployedAuthorizer {
  readonly id: string
  readonly functionArn: string
  /** Header names in lower case: a request that lacks one is refused unasked. */
  readonly identityHeaders: readonly string[]
  readonly cacheSeconds: number
}

export interface DeployedRoute {
  /** `GET /users/{userId}`. */
  readonly key: string
  readonly method: string
  readonly segments: readonly string[]
  readonly functionArn: string
  readonly timeoutMs: number
  readonly authorizer: DeployedAuthorizer | undefined
}

export interface CorsConfiguration {
  readonly AllowOrigins: readonly string[]
  readonly AllowMethods?: readonly string[]
  readonly AllowHeaders?: readonly string[]
  readonly ExposeHeaders?: readonly string[]
  readonly AllowCredentials?: boolean
  readonly MaxAge?: number
}

/** What hands a table's new items to a function. */
export interface StreamMapping {
  readonly functionArn: string
  readonly table: string
  readonly startsAt: 'LATEST' | 'TRIM_HORIZON'
  readonly batchSize: number
  readonly retries: number
  readonly patterns: readonly unknown[]
}

/** What a packaged template says of functions, gateway and tables; all that is run here is read from it. */
export interface Deployment {
  readonly functions: readonly DeployedFunction[]
  readonly routes: readonly DeployedRoute[]
  readonly cors: CorsConfiguration | undefined
  readonly mappings: readonly StreamMapping[]
  /** By logical id. */
  readonly tables: ReadonlyMap<string, Properties>
}
/** Resolved properties of a resource: whoever reads them knows their type. */
// biome-ignore lint/suspicious/noExplicitAny: CloudFormation's JSON.
export type Properties = Record<string, any>

/** @throws if the template is not of the form that this runs. */
export function readTemplate(resources: Resources): Deployment {
  const ofType = (type: string): [id: string, Properties][] =>
    Object.entries(resources)
      .filter(([, { Type }]) => Type === type)
      .map(([id, { Properties = {} }]: [string, Resource]) => [
        id,
        resolve(resources, Properties) as Properties,
      ])
  const arnOf = (id: string) => String(resolve(resources, { 'Fn::GetAtt': [id, 'Arn'] }))
  const refOf = (id: string) => String(resolve(resources, { Ref: id }))

  const integrations = new Map(
    ofType('AWS::ApiGatewayV2::Integration').map(([id, properties]) => [
      `integrations/${refOf(id)}`,
      properties,
    ]),
  )
  const authorizers = new Map(
    ofType('AWS::ApiGatewayV2::Authorizer').map(([id, each]) => [refOf(id), authorizerOf(refOf(id), each)]),
  )
  const [[, api = {}] = []] = ofType('AWS::ApiGatewayV2::Api')
  return {
    functions: ofType('AWS::Lambda::Function').map(([id, each]) => functionOf(arnOf(id), each)),
    routes: ofType('AWS::ApiGatewayV2::Route').map(([, route]) => {
      const integration = integrations.get(route.Target)
      if (integration?.PayloadFormatVersion !== '2.0') throw new Error(`${route.RouteKey} is of another form`)
      const [method = '', path = ''] = route.RouteKey.split(' ')
      if (!/^[A-Z]+ \/[^+]*$/.test(route.RouteKey) || method === 'ANY')
        throw new Error(`The route ${route.RouteKey} is of a kind that is not known here`)
      const authorizer = route.AuthorizerId && authorizers.get(route.AuthorizerId)
      if (!authorizer && (route.AuthorizationType ?? 'NONE') !== 'NONE')
        throw new Error(`${route.RouteKey} has an authorizer that is not known here`)
      return {
        key: route.RouteKey,
        method,
        segments: path.split('/').slice(1),
        functionArn: integration.IntegrationUri,
        timeoutMs: integration.TimeoutInMillis ?? 30_000,
        authorizer,
      }
    }),
    cors: api.CorsConfiguration,
    mappings: ofType('AWS::Lambda::EventSourceMapping').map(([, each]) => mappingOf(each)),
    tables: new Map(ofType('AWS::DynamoDB::Table')),
  }
}

const functionOf = (arn: string, { Environment, ...properties }: Properties): DeployedFunction => ({
  arn,
  name: properties.FunctionName,
  handler: properties.Handler,
  zip: basename(properties.Code.S3Key),
  runtime: properties.Runtime,
  memoryMb: properties.MemorySize ?? 128,
  timeoutSeconds: properties.Timeout ?? 3,
  environment: Environment?.Variables ?? {},
})

function authorizerOf(id: string, properties: Properties): DeployedAuthorizer {
  const { AuthorizerType, AuthorizerPayloadFormatVersion, EnableSimpleResponses, IdentitySource } = properties
  if (AuthorizerType !== 'REQUEST' || AuthorizerPayloadFormatVersion !== '2.0' || !EnableSimpleResponses)
    throw new Error(`The authorizer ${properties.Name} is of a kind that is not known here`)
  const headers = (IdentitySource as string[]).map((source) => /^\$request\.header\.(.+)$/.exec(source)?.[1])
  return {
    id,
    functionArn: /\/functions\/(.+)\/invocations$/.exec(properties.AuthorizerUri)?.[1] ?? '',
    identityHeaders: headers.map((name) => {
      if (!name)
        throw new Error(`The authorizer ${properties.Name} identifies by something else than headers`)
      return name.toLowerCase()
    }),
    // API Gateway's own default.
    cacheSeconds: properties.AuthorizerResultTtlInSeconds ?? 300,
  }
}

const mappingOf = (properties: Properties): StreamMapping => ({
  functionArn: properties.FunctionName,
  table: /:table\/([^/]+)\/stream\//.exec(properties.EventSourceArn)?.[1] ?? '',
  startsAt: properties.StartingPosition,
  batchSize: properties.BatchSize ?? 100,
  retries: properties.MaximumRetryAttempts ?? Number.POSITIVE_INFINITY,
  patterns: (properties.FilterCriteria?.Filters ?? []).map(({ Pattern }: Properties) => JSON.parse(Pattern)),
})
