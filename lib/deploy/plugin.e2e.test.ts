import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { standInAws } from '../testing/aws.ts'
import { type Package, packager } from '../testing/packaged.ts'
import { stackPolicy } from './kept.ts'
import { refusals } from './refusal.ts'

const require = createRequire(resolve('package.json'))
const { checkBeforeDeployment } = require('./lib/deploy/before-deployment.cjs')

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

/** `serverless deploy` of what was packaged, over what the stand-in for AWS has. */
async function deploy(
  { folder }: Package,
  env: Readonly<Record<string, string>>,
  { templates, args = [] }: { templates: Readonly<Record<string, object>>; args?: readonly string[] },
) {
  const aws = await standInAws({ templates })
  const words = ['deploy', '--stage', 'prod', '--force', '--package', folder, ...args]
  const child = spawn(process.execPath, ['node_modules/.bin/serverless', ...words], {
    env: {
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
    const inputOf = (name: string) => calls.find(({ action }) => action === name)?.input
    expect(JSON.parse(String(inputOf('SetStackPolicy')?.StackPolicyBody))).toEqual({ Statement: stackPolicy })
    expect(inputOf('UpdateTerminationProtection')).toMatchObject({
      StackName: 'cardea-prod',
      EnableTerminationProtection: 'true',
    })
    expect(actions.indexOf('SetStackPolicy')).toBeGreaterThan(actions.indexOf('ExecuteChangeSet'))
    expect(actions.findIndex((each) => changing.test(each))).toBeGreaterThan(actions.indexOf('GetTemplate'))
  })

  it('with settings that were forgotten lists what would be lost, and changes nothing', async () => {
    const { status, said, actions } = await deploy(forgetful, needed, { templates: deployed() })
    const names = [...said.matchAll(/^ {2}- (\w+): /gm)].map(([, name]) => name)
    expect(names.sort()).toEqual(
      [
        'Alarms',
        'AlarmTopic',
        'HttpApiDomain',
        'HttpApiDomainMapping',
        'ISSUER',
        'LOG_RETENTION_DAYS',
        'UsersTable',
      ].sort(),
    )
    for (const setting of ['DOMAIN_NAME', 'ALARM_EMAIL', 'LOG_RETENTION_DAYS', 'USERS_TABLE'])
      expect(said).toMatch(new RegExp(`Was .*${setting}`))
    expect([status, actions.filter((each) => changing.test(each))]).toEqual([1, []])
  })

  it('does what is allowed by name, and nothing else', async () => {
    const names = [
      'AlarmTopic',
      'Alarms',
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

describe('before a deployment', () => {
  const next = () => ({ Resources: forgetful.resources })
  /** What stops it, asked of CloudFormation by the framework's own client. */
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

  it('of a stage that is not there yet, or has its bucket alone, there is nothing to lose', async () => {
    expect(await stops(boundary())).toBeUndefined()
    const bucket = { Resources: { ServerlessDeploymentBucket: { Type: 'AWS::S3::Bucket' } } }
    expect(await stops({ ...boundary(), 'cardea-prod': bucket })).toBeUndefined()
  })

  it('of a stage that is made to be thrown away there is nothing to keep', async () => {
    const templates = { ...boundary(), 'cardea-prod': { Resources: whole.resources } }
    expect(await stops(templates, { keepsUsers: false })).toBeUndefined()
    expect(await stops(templates)).toContain('UsersTable')
  })

  it.each([
    [
      'AWS does not let it look',
      { failing: { GetTemplate: 'not authorized' } },
      /could not be read.*not authorized/,
    ],
  ])('it goes no further if %s', async (_, how, says) => {
    expect(await stops({ ...boundary(), 'cardea-prod': next() }, how)).toMatch(says)
  })

  it('it goes no further without the boundary, or with one of another text, and says how to make it', async () => {
    const command = 'aws cloudformation deploy --stack-name cardea-prod-boundary'
    const missing = await stops({})
    expect([missing, missing]).toEqual([
      expect.stringContaining('is missing'),
      expect.stringContaining(command),
    ])
    const wider = { ...forgetful.boundary, Description: 'another' }
    expect(await stops({ 'cardea-prod-boundary': wider })).toContain('of other settings or another version')
  })

  it('what was forgotten is told before the boundary, so that no one mends that instead', async () => {
    const said = await stops({ 'cardea-prod': { Resources: whole.resources } })
    expect([said, said]).toEqual([
      expect.stringContaining('UsersTable'),
      expect.not.stringContaining('boundary'),
    ])
  })
})
