import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { settings } from '../config.ts'
import { deploySettings } from './settings.ts'

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'))

interface Statement {
  readonly Sid?: string
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource?: string | readonly string[]
  readonly Principal?: unknown
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>
}
const policy = (name: string): { readonly Version: string; readonly Statement: readonly Statement[] } =>
  JSON.parse(readFileSync(`docs/github/${name}.json`, 'utf8'))
const actionsOf = ({ Action }: Statement) => [Action].flat() as readonly string[]
const resourcesOf = ({ Resource }: Statement) => [Resource ?? []].flat() as readonly string[]

/** What AWS grants for everything or not at all (Service Authorization Reference), and what holds it instead. */
const withoutResource: Readonly<Record<string, string>> = {
  'cloudformation:ValidateTemplate': 'reads a template that is sent along',
  'lambda:CreateEventSourceMapping': 'held by its function',
  'lambda:DeleteEventSourceMapping': 'held by its function; its id is made up by AWS',
  'lambda:UpdateEventSourceMapping': 'held by its function; its id is made up by AWS',
  'logs:CreateLogDelivery': 'the access log of the gateway',
  'logs:DeleteLogDelivery': 'the access log of the gateway',
  'logs:DescribeResourcePolicies': 'the access log of the gateway',
  'logs:GetLogDelivery': 'the access log of the gateway',
  'logs:ListLogDeliveries': 'the access log of the gateway',
  'logs:PutResourcePolicy': 'the access log of the gateway',
  'logs:UpdateLogDelivery': 'the access log of the gateway',
  'ses:CreateConfigurationSet': 'makes one that is not there yet',
  'ses:GetAccount': 'whether SES is in its sandbox',
  'sns:GetSubscriptionAttributes': 'the subscription of ALARM_EMAIL',
  'sns:Unsubscribe': 'the subscription of ALARM_EMAIL',
}

describe('the role that GitHub deploys with', () => {
  const { Statement: statements } = policy('permissions')

  it('opens to one environment of one repository, by ids that nobody can take over', () => {
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

  it('names every action, and fits in a role', () => {
    const text = JSON.stringify(policy('permissions'))
    expect(text.length).toBeLessThan(10_240)
    for (const statement of statements) {
      expect(statement.Effect).toBe('Allow')
      for (const action of actionsOf(statement)) expect(action).toMatch(/^[a-z\d]+:[A-Za-z]+$/)
    }
  })

  it('may do everywhere only what AWS knows no resource for', () => {
    const everywhere = statements.filter((each) => resourcesOf(each).includes('*')).flatMap(actionsOf)
    expect([...everywhere].sort()).toEqual(Object.keys(withoutResource).sort())
  })

  it('may touch the event sources of this stage’s functions alone', () => {
    const sources = statements.find(({ Sid }) => Sid === 'MailStream')
    const ofStage = 'arn:aws:lambda:REGION:ACCOUNT:function:cardea-STAGE-*'
    expect(sources?.Condition).toEqual({ ArnLike: { 'lambda:FunctionArn': ofStage } })
  })

  it('is held to one stage wherever a name says which', () => {
    /** Names that AWS makes up, or that are the account's. */
    const nameless =
      /:event-source-mapping:\*$|^arn:aws:apigateway:REGION::\/(?:apis\/API_ID|domainnames\/DOMAIN_NAME|tags)(?:\/|$)|:log-group:\*$|:identity\/\*$|role\/aws-service-role\//
    const named = statements.flatMap(resourcesOf).filter((each) => each !== '*' && !nameless.test(each))
    expect(named.length).toBeGreaterThan(15)
    for (const resource of named) expect(resource).toMatch(/cardea[-/]STAGE(?:[-/:]|$)/)
  })

  it('hands roles to Lambda alone, and can neither attach policies nor lose users', () => {
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

  it('is started by tags alone, and one at a time', () => {
    expect(workflow.on).toEqual({ push: { tags: ['v[0-9]*'] } })
    expect(workflow.concurrency).toMatchObject({ 'cancel-in-progress': false })
  })

  it('may ask for the role in the protected environment alone, and nothing else', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' })
    expect(test.permissions).toBeUndefined()
    expect(deploy.permissions).toEqual({ contents: 'read', 'id-token': 'write' })
    expect(deploy.environment).toMatch(/'staging' \|\| 'prod'/)
  })

  it('runs actions by their commit', () => {
    const texts = readdirSync('.github/workflows').map((file) =>
      readFileSync(`.github/workflows/${file}`, 'utf8'),
    )
    const used = texts.flatMap((each) => [...each.matchAll(/uses: (\S+)/g)].map(([, action]) => action))
    expect(used.length).toBeGreaterThan(6)
    for (const action of used) expect(action).toMatch(/^[\w.-]+\/[\w.-]+@[\da-f]{40}$/)
  })

  it('deploys again what was rolled back, and keeps what runs through many attempts that fail', () => {
    expect(runs.filter((run) => run.includes('serverless deploy'))).toEqual([
      expect.stringContaining('--force'),
    ])
    const { provider } = parse(readFileSync('serverless.yml', 'utf8'))
    expect(provider.deploymentBucket.maxPreviousDeploymentArtifacts).toBeGreaterThan(10)
  })

  it('runs scripts that there are', () => {
    const named = runs.flatMap((run) => [...run.matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name))
    expect(new Set(named)).toEqual(new Set(['doctor', 'smoke']))
    for (const name of named) expect(scripts).toHaveProperty([name])
  })

  it('knows no secret, and lets no name of a tag into a shell', () => {
    expect(text).not.toMatch(/secrets\.|AWS_SECRET|set -x/)
    for (const run of runs) expect(run).not.toContain('${{')
  })

  it('passes on every setting, but names that the role is held by', () => {
    const rows = [...Object.values(settings), ...Object.values(deploySettings)]
    const fixed = ['KEYS_PATH', 'USERS_TABLE', 'SESSIONS_TABLE', 'REFRESH_TOKEN_DENYLIST_TABLE']
    const names = rows.filter((row) => !('laptop' in row)).map(({ env }) => env)
    const { STAGE, AWS_REGION, ...passed } = deploy.env ?? {}
    expect([STAGE, AWS_REGION]).not.toContain(undefined)
    expect(passed).toEqual(
      Object.fromEntries(
        names.filter((name) => !fixed.includes(name)).map((name) => [name, `\${{ vars.${name} }}`]),
      ),
    )
  })

  it('looks, deploys, goes once around, and rolls back if that fails', () => {
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
})
