import { isDeepStrictEqual } from 'node:util'

/** What of a resource is compared. */
export interface Resource {
  readonly Type: string
  readonly DeletionPolicy?: string
  readonly UpdateReplacePolicy?: string
  readonly Properties?: Properties
}
interface Properties extends Readonly<Record<string, unknown>> {
  readonly AlarmActions?: readonly unknown[]
  readonly Environment?: { readonly Variables?: Readonly<Record<string, unknown>> }
  readonly PointInTimeRecoverySpecification?: { readonly PointInTimeRecoveryEnabled?: unknown }
  readonly RouteSettings?: Readonly<Record<string, Throttle>>
}
interface Throttle {
  readonly ThrottlingRateLimit?: unknown
  readonly ThrottlingBurstLimit?: unknown
}

/** One change that loses something, and the name that allows it. */
export interface Difference {
  readonly name: string
  readonly says: string
}

type Comparison = (was: Resource, becomes: Resource, label: string) => readonly Difference[]

/** What a resource that stays would lose. */
export const weakened: Comparison = (was, becomes, label) =>
  (was.Type === becomes.Type && comparisons[was.Type]?.(was, becomes, label)) || []

export const wasForgotten = (setting: string): string => `Was ${setting} left out or changed?`

const lost = (name: string, says: string, setting = name): Difference => ({
  name,
  says: `${says}. ${wasForgotten(setting)}`,
})

/** What each type of resource may lose while it stays. */
const comparisons: Readonly<Record<string, Comparison>> = {
  'AWS::DynamoDB::Table': (was, becomes, label) =>
    tableProtections
      .filter(({ has }) => has(was) && !has(becomes))
      .map(({ what }) => ({ name: 'TableProtection', says: `the ${label} would lose ${what}.` })),

  'AWS::Logs::LogGroup': (was, becomes, label) =>
    daysOf(becomes) < daysOf(was)
      ? [lost('LOG_RETENTION_DAYS', `the ${label} would lose what is older than ${daysOf(becomes)} days`)]
      : [],

  'AWS::ApiGatewayV2::DomainName': (was, becomes, label) =>
    isDeepStrictEqual(was.Properties?.DomainNameConfigurations, becomes.Properties?.DomainNameConfigurations)
      ? []
      : [lost('CERTIFICATE_ARN', `the ${label} would change its certificate or its TLS`)],

  'AWS::ApiGatewayV2::Stage': (was, becomes) => {
    const next = becomes.Properties?.RouteSettings ?? {}
    const lowered = Object.entries(was.Properties?.RouteSettings ?? {}).filter(
      ([route, throttle]) => next[route] && isLower(next[route], throttle),
    )
    const settings = 'THROTTLE_RATE, THROTTLE_BURST, HASHING_THROTTLE_RATE or HASHING_THROTTLE_BURST'
    return lowered.length > 0
      ? [lost('Throttles', `${lowered.length} routes would let less through`, settings)]
      : []
  },

  'AWS::CloudWatch::Alarm': (was, becomes, label) =>
    notifies(was) && !notifies(becomes)
      ? [lost('Alarms', `the ${label} would notify no one`, 'ALARM_EMAIL or ALARM_TOPIC_ARN')]
      : [],

  'AWS::Lambda::Function': (was, becomes) => {
    const next = becomes.Properties?.Environment?.Variables ?? {}
    const before = Object.entries(was.Properties?.Environment?.Variables ?? {})
    return before.flatMap(([name, value]) => lostSetting(name, value, next[name]))
  },
}

const tableProtections: readonly { has(table: Resource): boolean; what: string }[] = [
  {
    has: ({ Properties }) => Properties?.DeletionProtectionEnabled === true,
    what: 'its protection from deletion',
  },
  {
    has: ({ Properties }) =>
      Properties?.PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled === true,
    what: 'its point-in-time recovery',
  },
  {
    has: (table) => table.DeletionPolicy === 'Retain' && table.UpdateReplacePolicy === 'Retain',
    what: 'its DeletionPolicy or UpdateReplacePolicy, by which it outlives the stack',
  },
]

/** A group without a retention keeps its lines for ever. */
const daysOf = ({ Properties }: Resource) => Number(Properties?.RetentionInDays ?? Number.POSITIVE_INFINITY)

const isLower = (next: Throttle, was: Throttle) =>
  Number(next.ThrottlingRateLimit) < Number(was.ThrottlingRateLimit) ||
  Number(next.ThrottlingBurstLimit) < Number(was.ThrottlingBurstLimit)

const notifies = ({ Properties }: Resource) => (Properties?.AlarmActions ?? []).length > 0

/** The settings of functions on which tokens, passwords and mails depend, and what another value does. */
const keptSettings: Readonly<Record<string, string>> = {
  ISSUER:
    'the issuer of tokens would change: access tokens and every service that trusts them would be refused',
  AUDIENCE: 'the audience of tokens would change: other services would refuse them',
  KEYS_PATH: 'keys would be read from another path: every token and every password would be void',
  MAIL_FROM: 'mails would come from another address, which SES may not let them, or there would be none',
}

function lostSetting(name: string, was: unknown, becomes: unknown): readonly Difference[] {
  const kept = keptSettings[name]
  if (kept) {
    // An empty setting has its default. A stage that sent no mail loses none.
    const isSame = isBlank(was) && (isBlank(becomes) || name === 'MAIL_FROM')
    if (isSame || isDeepStrictEqual(was, becomes)) return []
    return [lost(name, kept, name === 'ISSUER' ? 'ISSUER or DOMAIN_NAME' : name)]
  }
  // A setting that a release no longer knows is not there at all.
  const isEmptied = !isBlank(was) && becomes !== undefined && isBlank(becomes)
  return isEmptied ? [lost(name, 'it was set, and functions would go back to its default')] : []
}

/** Functions trim their settings. */
const isBlank = (value: unknown) => value === undefined || (typeof value === 'string' && value.trim() === '')
