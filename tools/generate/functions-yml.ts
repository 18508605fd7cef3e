import { stringify } from 'yaml'
import { type EventContract, isHashing, methodsOf, type StreamContract } from '../../lib/contract/contract.ts'
import { capitalized, type Entry, isAlways, isStream } from './registry.ts'
import { logGroupOf, roleName, roleOf, sessionsStream } from './roles.ts'

/** The functions of social login. `serverless.yml` includes them if PROVIDERS is set. */
export const PROVIDER_FUNCTIONS = 'functions/provider-functions.yml'

/** The part that `serverless.yml` includes: every function with its event and its own role. */
export function functionsYml(entries: readonly Entry[]): string {
  const functions = entries.map((entry) => [entry.name, functionOf(entry)])
  const roles = entries.map((entry) => [roleName(entry), roleOf(entry)])
  const file = {
    functions: Object.fromEntries(functions),
    resources: {
      Resources: { ...Object.fromEntries(roles), ...sharedLogOf(entries) },
      extensions: extensionsOf(entries),
    },
  }
  const text = stringify(file, { aliasDuplicateObjects: false, lineWidth: 0 })
  return `# GENERATED from the contracts by \`npm run generate\`: do not edit.\n${text}`
}

function functionOf(entry: Entry): object {
  const { file, contract } = entry
  const routes = gatewayRoutesOf(entry)
  return {
    handler: `${file}.handler`,
    role: roleName(entry),
    // The framework would create a log group of its own.
    ...(!isAlways(entry) && { disableLogs: true }),
    ...(receivesProviders(entry) && { environment: `\${deployment:providerEnvironment}` }),
    ...(contract.memory && { memorySize: contract.memory }),
    ...('schedule' in contract && { events: [{ schedule: { rate: [contract.schedule] } }] }),
    ...('event' in contract && { events: [{ eventBridge: { pattern: patternOf(contract) } }] }),
    ...('stream' in contract && { events: [{ stream: streamOf(contract) }] }),
    ...(routes.length > 0 && { events: routes.map(httpApiOf) }),
    ...('timeout' in contract && { timeout: `\${self:custom.timeouts.\${sls:stage}, ${contract.timeout}}` }),
  }
}

/**
 * Whether a function receives the settings of the providers: those of social login, and the one that names a provider in mails. All
 * functions have one size for all their variables, which more providers could fill.
 */
const receivesProviders = (entry: Entry): boolean => !isAlways(entry) || isStream(entry)

/** A route of the gateway. A function with pages has several. */
export interface GatewayRoute {
  readonly method: string
  readonly path: string
  readonly isProtected: boolean
  readonly isHashing: boolean
}

export function gatewayRoutesOf({ contract }: Entry): readonly GatewayRoute[] {
  if ('paths' in contract) {
    const methods = methodsOf({ method: 'GET', access: 'public' })
    return contract.paths.flatMap((path) =>
      methods.map((method) => ({ method, path, isProtected: false, isHashing: false })),
    )
  }
  if (!('method' in contract)) return []
  const { path, access } = contract
  return methodsOf(contract).map((method) => ({
    method,
    path,
    isProtected: access !== 'public',
    isHashing: isHashing(contract),
  }))
}

const httpApiOf = ({ method, path, isProtected }: GatewayRoute) => ({
  httpApi: {
    method: method.toLowerCase(),
    path,
    ...(isProtected && { authorizer: { name: 'accessToken' } }),
  },
})

/** Of all mails of the account, those that this stage sent with any configuration set. lib/mail/sender.ts sets the tag. */
function patternOf({ event: { source, types } }: EventContract): object {
  const tags = { stage: [`\${self:service}-\${sls:stage}`] }
  return { source: [source], 'detail-type': types, detail: { mail: { tags } } }
}

/** Only new items, each by itself, so that one that fails delays no other. Lambda tries it again as long as it is useful. */
const streamOf = ({ stream: { prefix } }: StreamContract): object => ({
  type: 'dynamodb',
  arn: sessionsStream,
  startingPosition: 'TRIM_HORIZON',
  batchSize: 1,
  parallelizationFactor: 10,
  maximumRecordAgeInSeconds: 900,
  maximumRetryAttempts: 10,
  functionResponseType: 'ReportBatchItemFailures',
  filterPatterns: [{ eventName: ['INSERT'], dynamodb: { Keys: { pk: { S: [{ prefix }] } } } }],
})

/** Additions to the resources that the framework generates. */
function extensionsOf(entries: readonly Entry[]): object {
  // Without it, an event that Lambda drops after the last retry would not be counted.
  const counted = { Properties: { MetricsConfig: { Metrics: ['EventCount'] } } }
  const logged = { Properties: { LoggingConfig: { LogGroup: { Ref: SHARED_LOG } } } }
  return Object.fromEntries([
    ...entries.filter(isStream).map((entry) => [mappingName(entry), counted]),
    ...entries.filter((entry) => !isAlways(entry)).map((entry) => [functionName(entry), logged]),
  ])
}

const SHARED_LOG = 'SocialLogGroup'

function sharedLogOf(entries: readonly Entry[]): object {
  const sharing = entries.find((entry) => !isAlways(entry))
  if (!sharing) return {}
  const Properties = { LogGroupName: logGroupOf(sharing), RetentionInDays: `\${deployment:logRetentionDays}` }
  return { [SHARED_LOG]: { Type: 'AWS::Logs::LogGroup', Properties } }
}

// The logical ids that the framework gives to a function, to its mapping of a stream, and to its routes.
export const functionName = ({ name }: Entry): string => `${capitalized(name)}LambdaFunction`
export const mappingName = ({ name }: Entry<StreamContract>): string =>
  `${capitalized(name)}EventSourceMappingDynamodbSessionsTable`

export function routeName({ method, path }: GatewayRoute): string {
  const parts = path.split('/').map((part) => {
    const name = part
      .toLowerCase()
      .replaceAll('-', 'Dash')
      .replace(/\{(.*)\}/, '$1Var')
    return capitalized(name.replace(/[^\dA-Za-z]/g, ''))
  })
  return `HttpApiRoute${capitalized(method.toLowerCase())}${parts.join('')}`
}
