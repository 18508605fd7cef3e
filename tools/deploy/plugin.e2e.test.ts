import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { standInAws } from '../testing/aws.ts'
import { framework } from '../testing/compiled.ts'
import { type Package, packager } from '../testing/packaged.ts'
import { stackPolicy } from './protected-resources.ts'
import { refusals } from './template-comparison.ts'

const require = createRequire(resolve('package.json'))
const { checkBeforeDeployment } = require('./tools/deploy/before-deployment.cjs')

const { package: packaged, remove } = packager()
afterAll(remove)

const needed = {
  ALLOWED_ORIGINS: 'https://app.example.com',
  MAIL_FROM: 'no-reply@example.com',
  LINK_BASE_URL: 'https://app.example.com',
}
const more = {
  DOMAIN_NAME: 'auth.example.com',
  CERTIFICATE_ARN: 'arn:aws:acm:eu-central-1:123456789012:certificate/x',
  ALARM_EMAIL: 'ops@example.com',
  LOG_RETENTION_DAYS: '365',
  USERS_TABLE: 'cardea-prod-people',
  AUTHORIZER_CALLERS: 'a1b2c3d4e5',
}
const all = { ...needed, ...more }
let whole: Package
let forgetful: Package
beforeAll(() => {
  whole = packaged('prod', all)
  forgetful = packaged('prod', needed)
})
const deployed = () => ({
  'cardea-prod': { Resources: whole.resources },
  'cardea-prod-boundary': whole.boundary,
})

interface Over {
  readonly templates: Readonly<Record<string, object>>
  readonly args?: readonly string[]
  readonly files?: Readonly<Record<string, object>>
}
/** `serverless deploy` of a package, over what the stand-in for AWS contains. */
const deploy = (made: Package, env: Readonly<Record<string, string>>, { args = [], ...over }: Over) =>
  serverless(['deploy', '--stage', 'prod', '--force', '--package', 'package', ...args], env, over, made)

async function serverless(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  over: Over,
  { service } = whole,
) {
  const aws = await standInAws(over)
  const child = spawn(process.execPath, ['node_modules/.bin/serverless', ...words], {
    cwd: service,
    env: {
      ...framework,
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
      AWS_ENDPOINT_URL: aws.url,
      AWS_MAX_ATTEMPTS: '1',
      ...env,
    },
  })
  const [said, heard, status] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((done) => child.on('close', done)),
  ])
  aws.close()
  return { status, said: said + heard, calls: aws.calls, actions: aws.calls.map(({ action }) => action) }
}
const changing = /^(?:S3 (?:PUT|POST|DELETE)|(?:Create|Execute|Delete|Update|Set))/

describe('serverless deploy', () => {
  it('with the same settings updates the stack, then sets its policy and protects it', async () => {
    const { status, said, calls, actions } = await deploy(whole, all, { templates: deployed() })
    expect([status, said]).toEqual([0, expect.stringContaining('Service deployed')])
    expect(said).toContain('pages: https://auth.example.com/ui')
    const inputOf = (name: string) => calls.find(({ action }) => action === name)?.input
    expect(JSON.parse(String(inputOf('SetStackPolicy')?.StackPolicyBody))).toEqual({ Statement: stackPolicy })
    expect(inputOf('UpdateTerminationProtection')).toMatchObject({
      StackName: 'cardea-prod',
      EnableTerminationProtection: 'true',
    })
    expect(actions.indexOf('SetStackPolicy')).toBeGreaterThan(actions.indexOf('ExecuteChangeSet'))
    expect(actions.findIndex((each) => changing.test(each))).toBeGreaterThan(actions.indexOf('GetTemplate'))
  })

  it('with missing settings lists what would be lost, and changes nothing', async () => {
    const { status, said, actions } = await deploy(forgetful, needed, { templates: deployed() })
    const names = [...said.matchAll(/^ {2}- (\w+): /gm)].map(([, name]) => name)
    expect(names.sort()).toEqual(
      [
        'Alarms',
        'AlarmSubscription',
        'AlarmTopic',
        'AUTHORIZER_CALLERS',
        'HttpApiDomain',
        'HttpApiDomainMapping',
        'ISSUER',
        'LOG_RETENTION_DAYS',
        'UsersTable',
      ].sort(),
    )
    for (const setting of [
      'DOMAIN_NAME',
      'ALARM_EMAIL',
      'LOG_RETENTION_DAYS',
      'USERS_TABLE',
      'AUTHORIZER_CALLERS',
    ])
      expect(said).toMatch(new RegExp(`Was .*${setting}`))
    expect([status, actions.filter((each) => changing.test(each))]).toEqual([1, []])
  })

  it('makes the changes that are allowed by name, and no others', async () => {
    const names = [
      'AlarmSubscription',
      'AlarmTopic',
      'Alarms',
      'AUTHORIZER_CALLERS',
      'HttpApiDomain',
      'HttpApiDomainMapping',
      'ISSUER',
      'LOG_RETENTION_DAYS',
    ]
    const args = names.flatMap((name) => ['--allow-change', name])
    const templates = { ...deployed(), 'cardea-prod-boundary': forgetful.boundary }
    const refused = await deploy(forgetful, needed, { templates, args })
    expect(refused.said.match(/^ {2}- .*/gm)).toEqual([expect.stringContaining('- UsersTable: ')])
  })
})

describe('serverless deploy function', () => {
  it('is refused where a stage keeps users, because it is compared with nothing', async () => {
    const words = ['deploy', 'function', '--function', 'authLogin', '--stage', 'prod']
    const { status, said, calls } = await serverless(words, needed, { templates: deployed() })
    expect([status, said, calls]).toEqual([
      1,
      expect.stringContaining('A single function is deployed to dev alone'),
      [],
    ])
  })
})

describe('serverless rollback', () => {
  const timestamp = 1795344366568
  const rollback = (boundary: object | undefined, former = whole.resources as object) => {
    const key = `/serverless/cardea/prod/${timestamp}-${new Date(timestamp).toISOString()}/compiled-cloudformation-template.json`
    const templates = { ...deployed(), 'cardea-prod-boundary': boundary ?? {} }
    if (!boundary) Reflect.deleteProperty(templates, 'cardea-prod-boundary')
    const words = ['rollback', '--stage', 'prod', '--timestamp', String(timestamp)]
    return serverless(words, needed, { templates, files: { [key]: { Resources: former } } })
  }
  /** What the framework says about the empty bucket of the stand-in. It comes after the check. */
  const goesOn = "Couldn't find any existing deployments"

  it('is refused where the boundary has other tables or keys or lacks an action, and changes nothing', async () => {
    const narrow = JSON.parse(JSON.stringify(forgetful.boundary).replaceAll('/cardea/prod/*', '/other/*'))
    const { Statement } = narrow.Resources.Boundary.Properties.PolicyDocument
    narrow.Resources.Boundary.Properties.PolicyDocument.Statement = Statement.filter(
      ({ Action }: { Action: string[] }) => !Action.includes('ses:SendEmail'),
    )
    const { status, said, actions } = await rollback(narrow)
    expect(said.match(/^ {2}- .*/gm)).toEqual([
      '  - ses:SendEmail',
      '  - the table cardea-prod-people',
      '  - the keys below /cardea/prod',
    ])
    expect([status, actions.filter((each) => changing.test(each))]).toEqual([1, []])
  })

  it('is refused without a boundary', async () => {
    const { status, said } = await rollback(undefined)
    expect([status, said]).toEqual([1, expect.stringContaining('cardea-prod-boundary, is missing')])
  })

  it('continues with a later, wider boundary, and over a stack without one', async () => {
    const wider = structuredClone(whole.boundary) as any
    wider.Resources.Boundary.Properties.PolicyDocument.Statement[0].Action.push('dynamodb:Scan')
    expect((await rollback(wider)).said).toContain(goesOn)
    const { UsersTable } = whole.resources
    expect((await rollback(undefined, { UsersTable })).said).toContain(goesOn)
  })
})

describe('the check before a deployment', () => {
  const next = () => ({ Resources: forgetful.resources })
  /** The reason of the refusal. The framework's own client asks CloudFormation. */
  async function stops(
    templates: Readonly<Record<string, object>>,
    { keepsUsers = true, failing = {} }: { keepsUsers?: boolean; failing?: Record<string, string> } = {},
  ): Promise<string | undefined> {
    const aws = await standInAws({ templates, failing })
    const client = new CloudFormationClient({
      endpoint: aws.url,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
      maxAttempts: 1,
    })
    const provider = {
      getCloudFormationClient: async () => client,
      getStage: () => 'prod',
      naming: { getStackName: () => 'cardea-prod' },
    }
    const serverless = {
      getProvider: () => provider,
      classes: { Error },
      service: { provider: { compiledCloudFormationTemplate: next() } },
    }
    const made = { boundary: forgetful.boundary, keepsUsers }
    try {
      await checkBeforeDeployment(serverless, made, [], refusals)
      return undefined
    } catch (error) {
      return (error as Error).message
    } finally {
      aws.close()
    }
  }
  const boundary = () => ({ 'cardea-prod-boundary': forgetful.boundary })

  it('accepts a stage that does not exist yet or has only its bucket', async () => {
    expect(await stops(boundary())).toBeUndefined()
    const bucket = { Resources: { ServerlessDeploymentBucket: { Type: 'AWS::S3::Bucket' } } }
    expect(await stops({ ...boundary(), 'cardea-prod': bucket })).toBeUndefined()
  })

  it('accepts any change of a stage that keeps no users', async () => {
    const templates = { ...boundary(), 'cardea-prod': { Resources: whole.resources } }
    expect(await stops(templates, { keepsUsers: false })).toBeUndefined()
    expect(await stops(templates)).toContain('UsersTable')
  })

  it.each([
    [
      'AWS denies the read',
      { failing: { GetTemplate: 'not authorized' } },
      /could not be read.*not authorized/,
    ],
  ])('stops if %s', async (_, how, says) => {
    expect(await stops({ ...boundary(), 'cardea-prod': next() }, how)).toMatch(says)
  })

  it('stops without the boundary or with another one, and says how to create it', async () => {
    const command = 'aws cloudformation deploy --stack-name cardea-prod-boundary'
    const missing = await stops({})
    expect([missing, missing]).toEqual([
      expect.stringContaining('is missing'),
      expect.stringContaining(command),
    ])
    const wider = { ...forgetful.boundary, Description: 'another' }
    expect(await stops({ 'cardea-prod-boundary': wider })).toContain('of other settings or another version')
    const { boundary: ofOtherTable } = whole
    expect(await stops({ 'cardea-prod-boundary': ofOtherTable })).toContain('what differs: Items. ')
  })

  it('reports lost resources before the boundary, so that the operator corrects the right thing', async () => {
    const said = await stops({ 'cardea-prod': { Resources: whole.resources } })
    expect([said, said]).toEqual([
      expect.stringContaining('UsersTable'),
      expect.not.stringContaining('boundary'),
    ])
  })
})
