import { type Resources, readTemplate, resolve } from './template.ts'

const pattern = (eventName: string) =>
  JSON.stringify({ eventName: [eventName], dynamodb: { Keys: { pk: { S: [{ prefix: 'MAIL#' }] } } } })
const resources: Resources = {
  HttpApi: {
    Type: 'AWS::ApiGatewayV2::Api',
    Properties: {
      CorsConfiguration: {
        AllowOrigins: ['https://a.example'],
        AllowMethods: ['GET'],
        AllowHeaders: ['Authorization'],
        ExposeHeaders: ['Retry-After'],
        AllowCredentials: true,
        MaxAge: 60,
      },
    },
  },
  RouteHandler: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName: 'cardea-dev-things',
      Handler: 'functions/things.handler',
      Runtime: 'nodejs24.x',
      MemorySize: 512,
      Timeout: 9,
      Code: { S3Bucket: { Ref: 'Bucket' }, S3Key: 'a/b/things.zip' },
      Environment: { Variables: { TABLE: { Ref: 'Table' }, REGION: { 'Fn::Sub': `in-\${AWS::Region}` } } },
    },
  },
  Bucket: { Type: 'AWS::S3::Bucket' },
  Table: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'cardea-dev-table' } },
  Integration: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: { PayloadFormatVersion: '2.0', IntegrationUri: { 'Fn::GetAtt': ['RouteHandler', 'Arn'] } },
  },
  Authorizer: {
    Type: 'AWS::ApiGatewayV2::Authorizer',
    Properties: {
      AuthorizerType: 'REQUEST',
      AuthorizerPayloadFormatVersion: '2.0',
      EnableSimpleResponses: true,
      IdentitySource: ['$request.header.Authorization'],
      AuthorizerUri: {
        'Fn::Join': [
          '',
          [
            'arn:aws:apigateway:x:lambda:path/2015-03-31/functions/',
            { 'Fn::GetAtt': ['RouteHandler', 'Arn'] },
            '/invocations',
          ],
        ],
      },
    },
  },
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      FunctionName: { 'Fn::GetAtt': ['RouteHandler', 'Arn'] },
      EventSourceArn: { 'Fn::GetAtt': ['Table', 'StreamArn'] },
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 1,
      MaximumRetryAttempts: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      FilterCriteria: { Filters: [{ Pattern: pattern('INSERT') }] },
    },
  },
  Route: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      RouteKey: 'GET /things/{id}',
      Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] },
      AuthorizationType: 'CUSTOM',
      AuthorizerId: { Ref: 'Authorizer' },
    },
  },
}

/** The same template with other properties of one resource. */
const changed = (id: string, change: object): Resources => ({
  ...resources,
  [id]: { Type: String(resources[id]?.Type), Properties: { ...resources[id]?.Properties, ...change } },
})

describe('a template', () => {
  it('is resolved as AWS does', () => {
    const { functions, routes, cors, mappings } = readTemplate(resources)
    expect(functions).toEqual([
      {
        FunctionName: 'cardea-dev-things',
        Handler: 'functions/things.handler',
        Runtime: 'nodejs24.x',
        Code: { S3Key: 'a/b/things.zip' },
        MemorySize: 512,
        Timeout: 9,
        Environment: { Variables: { TABLE: 'cardea-dev-table', REGION: 'in-eu-central-1' } },
      },
    ])
    const name = 'cardea-dev-things'
    expect(routes).toEqual([{ key: 'GET /things/{id}', function: name, authorizer: name }])
    expect(cors).toMatchObject({ AllowOrigins: ['https://a.example'] })
    const mapping = { table: 'cardea-dev-table', prefix: 'MAIL#', startsAt: 'TRIM_HORIZON', retries: 10 }
    expect(mappings).toEqual([{ function: name, ...mapping }])
  })

  it('may have several streams', () => {
    const other = { FilterCriteria: { Filters: [{ Pattern: pattern('INSERT') }] } }
    const { mappings } = readTemplate({
      ...resources,
      Other: changed('Mapping', other).Mapping as Resources[string],
    })
    expect(mappings).toHaveLength(2)
  })

  it('contains its own address in lower case, like an origin', () => {
    const joined = { 'Fn::Join': ['', ['https://', { Ref: 'HttpApi' }, '.', { Ref: 'AWS::URLSuffix' }]] }
    expect(resolve(resources, joined)).toBe('https://httpapi.amazonaws.com')
  })

  it.each<[string, Resources]>([
    ['Fn::If', changed('RouteHandler', { Timeout: { 'Fn::If': ['IsProd', 9, 60] } })],
    ['Missing', changed('RouteHandler', { Role: { Ref: 'Missing' } })],
    ['Route is', changed('Route', { RouteKey: 'ANY /things' })],
    ['Route is', changed('Route', { RouteKey: '$default' })],
    ['Route is', changed('Route', { RouteKey: 'GET /{all+}' })],
    ['has an authorizer', changed('Route', { AuthorizerId: { Ref: 'RouteHandler' } })],
    ['Integration is', changed('Integration', { PayloadFormatVersion: '1.0' })],
    ['EnableSimpleResponses', changed('Authorizer', { EnableSimpleResponses: false })],
    ['BatchSize', changed('Mapping', { BatchSize: 2 })],
    ['Pattern', changed('Mapping', { FilterCriteria: { Filters: [{ Pattern: pattern('REMOVE') }] } })],
    ['IdentitySource', changed('Authorizer', { IdentitySource: ['$request.querystring.token'] })],
  ])('is refused with something unknown: %s', (named, template) => {
    expect(() => readTemplate(template)).toThrow(named)
  })
})
