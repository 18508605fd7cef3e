import { passes } from '../stream-poller.ts'
import { type Resources, readTemplate, resolve } from './template.ts'

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
      Timeout: 9,
      Code: { S3Bucket: { Ref: 'Bucket' }, S3Key: 'a/b/things.zip' },
      Environment: { Variables: { TABLE: { Ref: 'Table' } } },
    },
  },
  Bucket: { Type: 'AWS::S3::Bucket' },
  Table: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: { 'Fn::Sub': `\${AWS::Region}-things` } } },
  Integration: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: { PayloadFormatVersion: '2.0', IntegrationUri: { 'Fn::GetAtt': ['RouteHandler', 'Arn'] } },
  },
  Authorizer: {
    Type: 'AWS::ApiGatewayV2::Authorizer',
    Properties: {
      Name: 'token',
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
const arn = 'arn:aws:lambda:eu-central-1:123456789012:function:cardea-dev-things'

/** The same template with other properties of one resource. */
const changed = (id: string, change: object): Resources => ({
  ...resources,
  [id]: { Type: String(resources[id]?.Type), Properties: { ...resources[id]?.Properties, ...change } },
})

describe('a template', () => {
  it('is resolved as AWS does', () => {
    const { functions, routes, cors, tables } = readTemplate(resources)
    expect(functions).toEqual([
      expect.objectContaining({
        Arn: arn,
        FunctionName: 'cardea-dev-things',
        Code: { S3Key: 'a/b/things.zip' },
        MemorySize: 128,
        Timeout: 9,
        Environment: { Variables: { TABLE: 'eu-central-1-things' } },
      }),
    ])
    expect(routes).toEqual([
      expect.objectContaining({
        RouteKey: 'GET /things/{id}',
        IntegrationUri: arn,
        authorizer: expect.objectContaining({
          AuthorizerUri: arn,
          IdentitySource: ['authorization'],
          AuthorizerResultTtlInSeconds: 300,
        }),
      }),
    ])
    expect(cors).toMatchObject({ AllowOrigins: ['https://a.example'] })
    expect(tables).toEqual([{ TableName: 'eu-central-1-things' }])
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
    ['IdentitySource', changed('Authorizer', { IdentitySource: ['$request.querystring.token'] })],
  ])('is refused with something unknown: %s', (named, template) => {
    expect(() => readTemplate(template)).toThrow(named)
  })
})

describe('a filter', () => {
  const pattern = { eventName: ['INSERT'], dynamodb: { Keys: { pk: { S: [{ prefix: 'MAIL#' }] } } } }
  const record = (eventName: string, pk: string) => ({ eventName, dynamodb: { Keys: { pk: { S: pk } } } })

  it('passes a record that matches in every field, and no other', () => {
    expect(passes([pattern], record('INSERT', 'MAIL#1'))).toBe(true)
    expect(passes([pattern], record('MODIFY', 'MAIL#1'))).toBe(false)
    expect(passes([pattern], record('INSERT', 'USER#1'))).toBe(false)
    expect(passes([pattern], {})).toBe(false)
    expect(passes([], {})).toBe(true)
  })

  it('is refused with another operator', () => {
    expect(() => passes([{ a: [{ suffix: 'x' }] }], { a: 'x' })).toThrow('suffix')
  })
})
