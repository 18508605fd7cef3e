import { settingOf } from '../../lib/domain/limits.ts'
import { type TableNames, tables } from '../../lib/domain/table-names.ts'
import { optional, senderAddress, truth, whole } from '../../lib/setting-formats.ts'
import { type Env, setting } from '../../lib/settings-table.ts'

/**
 * What is wrong with the name of a stage, if anything. A name has no hyphen, so that a pattern such as `cardea-prod-*` of a policy
 * matches one stage only. The length follows from the framework's bucket, `cardea-<stage>-serverlessdeploymentbucket-...`.
 */
export const stageProblem = (stage: string): string | undefined =>
  /^[a-z][a-z\d]{0,14}$/.test(stage)
    ? undefined
    : 'A stage is named with 1 to 15 lower-case letters and digits, a letter first'

/** The path of a stage's keys in SSM. An empty setting counts as absent. */
export const keysPathOf = (stage: string, env: Env): string => env.KEYS_PATH?.trim() || `/cardea/${stage}`

/** Who needs a second factor on a stage. An empty setting counts as absent. */
export const secondFactorForOf = (stage: string, env: Env): string =>
  env.SECOND_FACTOR_FOR?.trim() || (stage === 'dev' ? 'none' : 'admin')

/** The names of a stage's tables. An empty setting counts as absent. */
export function tableNamesOf(stage: string, env: Env = {}): TableNames {
  const names = Object.entries(tables).map(([setting, name]) => [
    setting,
    env[settingOf(setting)]?.trim() || `cardea-${stage}-${name}`,
  ])
  return Object.fromEntries(names)
}

/** The names that belong to another stage. Exported in a shell, they would lead a command to that stage's keys and users. */
export function problemsOfNames(stage: string, env: Env): string[] {
  const isOfAnother = (name: string, separator: RegExp) => {
    const given = env[name]?.trim()
    return given ? !given.split(separator).includes(stage) : false
  }
  const ofTables = Object.keys(tables)
    .map(settingOf)
    .filter((name) => isOfAnother(name, /[._-]/))
  return [
    ...(isOfAnother('KEYS_PATH', /\//)
      ? [`KEYS_PATH is not a path of the stage ${stage}: it must have /${stage} in it`]
      : []),
    ...ofTables.map(
      (name) =>
        `${name} is not a table of the stage ${stage}: it must have ${stage} in it, as in acme-${stage}-users`,
    ),
  ]
}

/** The settings that only shape a deployment. No function receives them. `.env.example` says what each means. */
export const deploySettings = {
  logRetentionDays: setting({ env: 'LOG_RETENTION_DAYS', default: '', read: optional(retention) }),
  authorizerCacheSeconds: setting({ env: 'AUTHORIZER_CACHE_SECONDS', default: '0', read: whole(0, 3600) }),
  authorizerCallers: setting({ env: 'AUTHORIZER_CALLERS', default: '', read: apis }),
  throttleRate: setting({ env: 'THROTTLE_RATE', default: '500', read: whole(1, 100_000) }),
  throttleBurst: setting({ env: 'THROTTLE_BURST', default: '1000', read: whole(1, 100_000) }),
  hashingThrottleRate: setting({ env: 'HASHING_THROTTLE_RATE', default: '100', read: whole(1, 100_000) }),
  hashingThrottleBurst: setting({ env: 'HASHING_THROTTLE_BURST', default: '200', read: whole(1, 100_000) }),
  domainName: setting({ env: 'DOMAIN_NAME', default: '', read: optional(domainName) }),
  certificateArn: setting({ env: 'CERTIFICATE_ARN', default: '', read: optional(arnOf('acm')) }),
  alarmTopicArn: setting({ env: 'ALARM_TOPIC_ARN', default: '', read: optional(arnOf('sns')) }),
  alarmEmail: setting({ env: 'ALARM_EMAIL', default: '', read: optional(senderAddress) }),
  tracing: setting({ env: 'TRACING', default: 'false', read: truth }),
}

/** The retentions that CloudWatch Logs accepts. */
const retentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]

function retention(text: string): number {
  const days = retentions.find((each) => String(each) === text)
  if (days) return days
  throw new Error(`must be one of ${retentions.join(', ')}`)
}

/** Ids of APIs in this account and region, or ARNs of others. Each may call the authorizer, so there is no wildcard. */
function apis(text: string): readonly string[] {
  const list = text.split(',').flatMap((each) => each.trim() || [])
  const pattern = /^(?:arn:aws[a-z-]*:execute-api:[a-z\d-]+:\d{12}:)?[a-z\d]{5,20}$/
  if (list.every((each) => pattern.test(each)) && new Set(list).size === list.length) return list
  throw new Error(
    'must list ids of APIs, or ARNs such as arn:aws:execute-api:<region>:<account>:<id>, each once',
  )
}

function domainName(text: string): string {
  if (/^(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z]{2,}$/.test(text)) return text
  throw new Error('must be a bare domain name in lower case, such as auth.example.com')
}

function arnOf(service: string): (text: string) => string {
  const pattern = new RegExp(`^arn:aws[a-z-]*:${service}:[a-z\\d-]+:\\d{12}:\\S+$`)
  return (text) => {
    if (pattern.test(text)) return text
    throw new Error(`must begin as arn:aws:${service}:<region>:<account>:`)
  }
}
