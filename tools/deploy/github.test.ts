import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { settings } from '../../lib/config.ts'
import { rowsOfProviders } from '../../lib/provider-rows.ts'
import { isAllowed, type Policy, type Statement } from '../testing/iam.ts'
import { deploySettings } from './settings.ts'

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'))

const policy = (name: string): Policy => JSON.parse(readFileSync(`docs/github/${name}.json`, 'utf8'))
const actionsOf = ({ Action }: Statement) => [Action].flat() as readonly string[]
const resourcesOf = ({ Resource }: Statement) => [Resource ?? []].flat() as readonly string[]

/** Actions that AWS allows on all resources or on none (Service Authorization Reference), and what restricts them instead. */
const withoutResource: Readonly<Record<string, string>> = {
  'cloudformation:ValidateTemplate': 'reads a template that is sent along',
  'lambda:CreateEventSourceMapping': 'restricted to its function',
  'lambda:DeleteEventSourceMapping': 'restricted to its function; AWS generates its id',
  'lambda:UpdateEventSourceMapping': 'restricted to its function; AWS generates its id',
  'logs:CreateLogDelivery': 'the access log of the gateway',
  'logs:DeleteLogDelivery': 'the access log of the gateway',
  'logs:DescribeResourcePolicies': 'the access log of the gateway',
  'logs:GetLogDelivery': 'the access log of the gateway',
  'logs:ListLogDeliveries': 'the access log of the gateway',
  'logs:PutResourcePolicy': 'the access log of the gateway',
  'logs:UpdateLogDelivery': 'the access log of the gateway',
  'ses:CreateConfigurationSet': 'creates one that does not exist yet',
  'ses:GetAccount': 'whether SES is in its sandbox',
  'sns:GetSubscriptionAttributes': 'the subscription of ALARM_EMAIL',
  'sns:Unsubscribe': 'the subscription of ALARM_EMAIL',
}

describe('the role that GitHub deploys with', () => {
  const permissions = policy('permissions')
  const statements = permissions.Statement.filter(({ Effect }) => Effect === 'Allow')

  it('is assumed only from one environment of one repository, by ids that are never given again', () => {
    const { Statement } = policy('trust')
    expect(Statement).toEqual([
      {
        Effect: 'Allow',
        Principal: { Federated: 'arn:aws:iam::ACCOUNT:oidc-provider/token.actions.githubusercontent.com' },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {
            'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
            'token.actions.githubusercontent.com:sub':
              'repo:OWNER@OWNER_ID/REPOSITORY@REPOSITORY_ID:environment:STAGE',
          },
        },
      },
    ])
  })

  it('names every action, and fits into a role', () => {
    const text = JSON.stringify(policy('permissions'))
    expect(text.length).toBeLessThan(10_240)
    for (const statement of permissions.Statement)
      for (const action of actionsOf(statement)) expect(action).toMatch(/^[a-z\d]+:[A-Za-z]+$/)
  })

  it('has all resources only for actions that have no resource', () => {
    const everywhere = statements.filter((each) => resourcesOf(each).includes('*')).flatMap(actionsOf)
    expect([...everywhere].sort()).toEqual(Object.keys(withoutResource).sort())
  })

  it('may change only the event sources of this stage’s functions', () => {
    const sources = statements.find(({ Sid }) => Sid === 'MailStream')
    const ofStage = 'arn:aws:lambda:REGION:ACCOUNT:function:cardea-STAGE-*'
    expect(sources?.Condition).toEqual({ ArnLike: { 'lambda:FunctionArn': ofStage } })
  })

  it('is restricted to one stage wherever a name contains the stage', () => {
    /** Names that AWS generates, or that belong to the account. */
    const nameless = [
      /^\*$|:event-source-mapping:\*$|:log-group:\*$|:identity\/\*$|role\/aws-service-role\//,
      /^arn:aws:apigateway:REGION::\/(?:apis\/API_ID|domainnames\/DOMAIN_NAME|tags)(?:\/|$)/,
    ]
    const named = statements
      .flatMap(resourcesOf)
      .filter((each) => !nameless.some((pattern) => pattern.test(each)))
    expect(named.length).toBeGreaterThan(15)
    for (const resource of named) expect(resource).toMatch(/cardea[-/]STAGE(?:[-/:]|$)/)
  })

  const may = (action: string, resource: string, context: Readonly<Record<string, string>> = {}) =>
    isAllowed({ action, resource, context }, permissions)
  const role = 'arn:aws:iam::ACCOUNT:role/cardea-STAGE-AuthLoginRole-X'
  const boundary = 'arn:aws:iam::ACCOUNT:policy/cardea-STAGE-boundary-REGION'

  it.each(['CreateRole', 'PutRolePolicy', 'DeleteRolePolicy', 'PutRolePermissionsBoundary'])(
    'may %s only with the boundary of the stage',
    (action) => {
      const within = (arn?: string) =>
        may(`iam:${action}`, role, arn === undefined ? {} : { 'iam:PermissionsBoundary': arn })
      expect(within(boundary)).toBe(true)
      expect(within()).toBe(false)
      expect(within('arn:aws:iam::ACCOUNT:policy/cardea-other-boundary-REGION')).toBe(false)
      expect(within('arn:aws:iam::aws:policy/AdministratorAccess')).toBe(false)
      const other = role.replace('STAGE', 'other')
      expect(may(`iam:${action}`, other, { 'iam:PermissionsBoundary': boundary })).toBe(false)
    },
  )

  it('may not change the boundary, remove it from a role, or change who assumes a role, whatever else is allowed', () => {
    const everything: Statement = { Effect: 'Allow', Action: '*', Resource: '*' }
    const widened: Policy = { ...permissions, Statement: [...permissions.Statement, everything] }
    for (const [action, resource] of [
      ['iam:CreatePolicyVersion', boundary],
      ['iam:SetDefaultPolicyVersion', boundary],
      ['iam:DeletePolicyVersion', boundary],
      ['iam:DeletePolicy', boundary],
      ['iam:DeleteRolePermissionsBoundary', role],
      ['iam:UpdateAssumeRolePolicy', role],
      ['ssm:GetParameter', 'arn:aws:ssm:REGION:ACCOUNT:parameter/cardea/STAGE/pepper/000001'],
      ['ssm:GetParameters', 'arn:aws:ssm:REGION:ACCOUNT:parameter/cardea/STAGE/access/private/000001'],
      ['ssm:GetParameterHistory', 'arn:aws:ssm:REGION:ACCOUNT:parameter/cardea/STAGE/refresh/000001'],
    ] as const) {
      expect([action, may(action, resource)]).toEqual([action, false])
      expect([action, isAllowed({ action, resource }, widened)]).toEqual([action, false])
    }
    const boundaryStack = 'arn:aws:cloudformation:REGION:ACCOUNT:stack/cardea-STAGE-boundary/1'
    expect(may('cloudformation:GetTemplate', boundaryStack)).toBe(true)
    for (const action of [
      'UpdateStack',
      'CreateStack',
      'CreateChangeSet',
      'ExecuteChangeSet',
      'SetStackPolicy',
    ])
      expect([action, may(`cloudformation:${action}`, boundaryStack)]).toEqual([action, false])
  })

  it('may delete parts of the API, but not the API, the domain or the log of the command line', () => {
    const api = 'arn:aws:apigateway:REGION::/apis/API_ID'
    for (const part of [
      'routes/x',
      'integrations/x',
      'authorizers/x',
      'cors',
      'stages/$default/routesettings/x',
    ])
      expect([part, may('apigateway:DELETE', `${api}/${part}`)]).toEqual([part, true])
    const domain = 'arn:aws:apigateway:REGION::/domainnames/DOMAIN_NAME'
    for (const kept of [api, domain, `${domain}/apimappings/x`]) {
      expect([kept, may('apigateway:DELETE', kept)]).toEqual([kept, false])
      expect([kept, may('apigateway:PATCH', kept)]).toEqual([kept, true])
    }
    const group = (name: string) => `arn:aws:logs:REGION:ACCOUNT:log-group:${name}`
    expect(may('logs:DeleteLogGroup', group('/aws/lambda/cardea-STAGE-old'))).toBe(true)
    for (const name of [
      '/cardea/STAGE/command-line',
      '/cardea/STAGE/command-line:*',
      '/aws/http-api/cardea-STAGE',
    ]) {
      expect([name, may('logs:DeleteLogGroup', group(name))]).toEqual([name, false])
      expect([name, may('logs:PutRetentionPolicy', group(name))]).toEqual([name, true])
    }
  })

  it('may list keys, and decrypt none', () => {
    const pepper = 'arn:aws:ssm:REGION:ACCOUNT:parameter/cardea/STAGE/pepper'
    expect(may('ssm:GetParametersByPath', pepper)).toBe(true)
    expect(may('ssm:GetParametersByPath', pepper.replace('STAGE', 'other'))).toBe(false)
    const key = 'arn:aws:kms:REGION:ACCOUNT:key/1'
    const throughSsm = { 'kms:ViaService': 'ssm.REGION.amazonaws.com' }
    const widened: Policy = {
      ...permissions,
      Statement: [...permissions.Statement, { Effect: 'Allow', Action: 'kms:Decrypt', Resource: '*' }],
    }
    expect(isAllowed({ action: 'kms:Decrypt', resource: key, context: throughSsm }, widened)).toBe(false)
  })

  it('passes roles only to Lambda, and can neither attach policies nor delete users', () => {
    const passing = statements.filter((each) => actionsOf(each).includes('iam:PassRole'))
    expect(passing).toEqual([
      expect.objectContaining({
        Action: 'iam:PassRole',
        Resource: 'arn:aws:iam::ACCOUNT:role/cardea-STAGE-*',
        Condition: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
      }),
    ])
    const all = statements.flatMap(actionsOf)
    for (const action of [
      'iam:AttachRolePolicy',
      'iam:CreatePolicy',
      'iam:CreateUser',
      'iam:CreateAccessKey',
      'dynamodb:DeleteTable',
      'cloudformation:DeleteStack',
      'ssm:PutParameter',
      'ssm:DeleteParameter',
    ])
      expect(all).not.toContain(action)
  })
})

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly if?: string
  readonly id?: string
  readonly env?: Readonly<Record<string, string>>
}
interface Job {
  readonly permissions?: Readonly<Record<string, string>>
  readonly environment?: string
  readonly env?: Readonly<Record<string, string>>
  readonly steps: readonly Step[]
}

describe('the workflow that deploys', () => {
  const text = readFileSync('.github/workflows/deploy.yml', 'utf8')
  const workflow = parse(text) as {
    readonly on: object
    readonly permissions: object
    readonly concurrency: object
    readonly jobs: Readonly<Record<'test' | 'deploy', Job>>
  }
  const { test, deploy } = workflow.jobs
  const steps = [...test.steps, ...deploy.steps]
  const runs = steps.flatMap(({ run }) => run ?? [])

  it('runs only on tags, and one at a time', () => {
    expect(workflow.on).toEqual({ push: { tags: ['v[0-9]*'] } })
    expect(workflow.concurrency).toMatchObject({ 'cancel-in-progress': false })
  })

  it('may request the role only in the protected environment', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' })
    expect(test.permissions).toBeUndefined()
    expect(deploy.permissions).toEqual({ contents: 'read', 'id-token': 'write' })
    expect(deploy.environment).toMatch(/'staging' \|\| 'prod'/)
  })

  it('pins actions to a commit', () => {
    const texts = readdirSync('.github/workflows').map((file) =>
      readFileSync(`.github/workflows/${file}`, 'utf8'),
    )
    const used = texts.flatMap((each) => [...each.matchAll(/uses: (\S+)/g)].map(([, action]) => action))
    expect(used.length).toBeGreaterThan(6)
    for (const action of used) expect(action).toMatch(/^[\w.-]+\/[\w.-]+@[\da-f]{40}$/)
  })

  it('deploys again after a rollback, and keeps the running version through ten failed attempts', () => {
    expect(runs.filter((run) => run.includes('serverless deploy'))).toEqual([
      expect.stringContaining('--force'),
    ])
    const { provider } = parse(readFileSync('serverless.yml', 'utf8'))
    expect(provider.deploymentBucket.maxPreviousDeploymentArtifacts).toBeGreaterThan(10)
  })

  it('runs existing scripts', () => {
    const named = runs.flatMap((run) => [...run.matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name))
    expect(new Set(named)).toEqual(new Set(['doctor', 'smoke']))
    for (const name of named) expect(scripts).toHaveProperty([name])
  })

  it('contains no secret, and puts no tag name into a shell', () => {
    expect(text).not.toMatch(/secrets\.|AWS_SECRET|set -x/)
    for (const run of runs) expect(run).not.toContain('${{')
  })

  it('passes on every setting of a deployment, and no other', () => {
    const rows = [...Object.values(settings), ...Object.values(deploySettings)]
    const names = rows.filter((row) => !('localOnly' in row)).map(({ env }) => env)
    const { STAGE, AWS_REGION, ...passed } = deploy.env ?? {}
    expect([STAGE, AWS_REGION]).not.toContain(undefined)
    expect(passed).toEqual(Object.fromEntries(names.map((name) => [name, `\${{ vars.${name} }}`])))
  })

  it('passes on the deployment settings of .env.example, and serverless.yml passes them to functions', () => {
    const { STAGE, AWS_REGION, ...passed } = deploy.env ?? {}
    const ofProviders = rowsOfProviders({ PROVIDERS: 'google,microsoft,apple,github,acme' })
    const parts = readFileSync('.env.example', 'utf8').split(/\n\n/)
    const named = parts
      .filter((part) => !part.includes('(local only)'))
      .flatMap((part) => [...part.matchAll(/^# ([A-Z_]+)=/gm)].map(([, name]) => name))
      .filter((name) => !ofProviders.some(({ env }) => env === name))
    expect(Object.keys(passed).sort()).toEqual([...named].sort())
    const { environment } = parse(readFileSync('serverless.yml', 'utf8')).provider
    const shaping = Object.values(deploySettings).map(({ env }) => env)
    expect(Object.keys(environment).sort()).toEqual(
      Object.keys(passed)
        .filter((name) => !shaping.includes(name))
        .sort(),
    )
  })

  it('passes on the variables of the providers, and nothing beside them', () => {
    const step = deploy.steps.find(({ id }) => id === 'providers')
    expect(step?.env).toEqual({ VARIABLES: `\${{ toJSON(vars) }}` })
    const read = (variables: Readonly<Record<string, string>>) => {
      const folder = mkdtempSync(join(tmpdir(), 'cardea-variables-'))
      try {
        const env = {
          PATH: process.env.PATH,
          VARIABLES: JSON.stringify(variables),
          GITHUB_ENV: join(folder, 'env'),
        }
        const { status } = spawnSync('bash', ['-eo', 'pipefail', '-c', step?.run ?? ''], { env })
        return { status, passed: readFileSync(env.GITHUB_ENV, 'utf8') }
      } finally {
        rmSync(folder, { recursive: true })
      }
    }
    const others = {
      NODE_OPTIONS: '--import=x',
      ISSUER: 'https://a.example',
      OKTA_CLIENT_ID: 'x',
      GOOGLE_ISSUER: 'x',
    }
    const variables = {
      ...others,
      PROVIDERS: 'google, acme',
      GOOGLE_CLIENT_ID: 'g',
      ACME_LABEL: "Ac'me Inc.",
    }
    expect(read(variables)).toEqual({ status: 0, passed: "GOOGLE_CLIENT_ID=g\nACME_LABEL=Ac'me Inc.\n" })
    expect(read(others)).toEqual({ status: 0, passed: '' })
    const lines = { PROVIDERS: 'google', GOOGLE_CLIENT_ID: 'g\nNODE_OPTIONS=--import=x' }
    expect(read(lines)).toEqual({ status: 1, passed: '' })
  })

  it('runs doctor, deploys, runs the smoke test, and rolls back if that fails', () => {
    const order = [
      'npm run doctor -- --stage "$STAGE"',
      'npx serverless deploy',
      'npm run smoke',
      'npx serverless rollback',
    ]
    const places = order.map((command) => deploy.steps.findIndex(({ run }) => run?.includes(command)))
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(places).not.toContain(-1)
    const rollback = deploy.steps.find(({ id }) => id === 'rollback')
    expect(rollback?.if).toContain("failure() && steps.smoke.outcome == 'failure'")
  })

  /** Runs the script of a step with a stand-in for `aws` that answers by its arguments. */
  const ran = (
    id: string,
    answers: Readonly<Record<string, string>>,
    env: Readonly<Record<string, string>> = {},
  ) => {
    const folder = mkdtempSync(join(tmpdir(), 'cardea-step-'))
    try {
      const cases = Object.entries(answers).map(([asked, answer]) => `*${asked}*) ${answer};;`)
      writeFileSync(
        join(folder, 'aws'),
        `#!/bin/sh\ncase "$*" in\n${cases.join('\n')}\n*) echo "$*" >&2; exit 9;;\nesac\n`,
        { mode: 0o755 },
      )
      const output = join(folder, 'output')
      writeFileSync(output, '')
      const { run = '' } = deploy.steps.find((step) => step.id === id) ?? {}
      // As GitHub runs it.
      const { status, stderr } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run], {
        cwd: folder,
        env: { PATH: `${folder}:${process.env.PATH}`, STAGE: 'prod', GITHUB_OUTPUT: output, ...env },
        encoding: 'utf8',
      })
      return { status, stderr, output: readFileSync(output, 'utf8') }
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
  const key = "echo 'serverless/cardea/prod/1795344366568-2026-11-22T09:46:06.568Z/authLogin.zip'"
  const gateways = "echo 'https://abc.execute-api.eu-central-1.amazonaws.com'"

  it('records the deployed address: the domain of the stack, or that of the gateway', () => {
    const domain = "echo 'auth.example.com'"
    expect(ran('before', { S3Key: key, DomainName: domain })).toMatchObject({
      status: 0,
      output: 'timestamp=1795344366568\nurl=https://auth.example.com\n',
    })
    expect(ran('before', { S3Key: key, DomainName: 'echo None', HttpApiUrl: gateways }).output).toContain(
      'url=https://abc.execute-api.eu-central-1.amazonaws.com\n',
    )
    const missing = "echo 'Stack with id cardea-prod does not exist' >&2; exit 254"
    expect(ran('before', { S3Key: missing })).toMatchObject({ status: 0, output: '' })
    expect(ran('before', { S3Key: "echo 'AccessDenied' >&2; exit 254" }).status).toBe(1)
    expect(ran('before', { S3Key: key, DomainName: 'exit 254' }).status).not.toBe(0)
    expect(ran('before', { S3Key: key, DomainName: 'echo None', HttpApiUrl: 'echo None' }).status).not.toBe(0)
  })

  it('tests the address that was deployed before, and a new one only after a first deployment', () => {
    const before = { BEFORE: 'https://auth.example.com' }
    expect(ran('address', {}, before).output).toBe('url=https://auth.example.com\n')
    expect(ran('address', {}, { ...before, DOMAIN_NAME: 'other.example.com' }).output).toBe(
      'url=https://auth.example.com\n',
    )
    expect(ran('address', {}, { DOMAIN_NAME: 'auth.example.com' }).output).toBe(
      'url=https://auth.example.com\n',
    )
    expect(ran('address', { HttpApiUrl: gateways }, { BEFORE: '' }).output).toContain('url=https://abc.')
  })
})
