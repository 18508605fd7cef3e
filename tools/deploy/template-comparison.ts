import { readTables } from '../generate/tables-yml.ts'
import { keptSettings, keptTypes } from './protected-resources.ts'
import { lostProtections, lowerThrottles, type Resource } from './weakened-protection.ts'

/** What of a CloudFormation template is compared. */
export interface Template {
  readonly Resources?: Readonly<Record<string, Resource>>
}

/** One change that loses something, and the name by which it is allowed. */
export interface Difference {
  readonly name: string
  readonly says: string
}

/**
 * What a deployment of `after` over `before` would lose: one line each. It names what is deployed and quotes no new value,
 * which may be a slip of any kind.
 */
export function differences(before: Template, after: Template): readonly Difference[] {
  const pairs = Object.entries(before.Resources ?? {}).map(
    ([id, was]) => [id, was, after.Resources?.[id]] as const,
  )
  return [
    ...pairs.flatMap(([id, was, becomes]) => lostResource(id, was, becomes)),
    ...pairs.flatMap(([, was, becomes]) => (becomes ? lostInPlace(was, becomes) : [])),
    ...changedSettings(pairs),
    ...forgottenSettings(pairs),
    ...silencedAlarms(pairs),
  ]
}

type Pairs = readonly (readonly [id: string, was: Resource, becomes: Resource | undefined])[]

const forgotten = (setting: string) => `Was ${setting} left out or changed?`

function lostResource(id: string, was: Resource, becomes: Resource | undefined): readonly Difference[] {
  const kept = keptTypes[was.Type]
  if (!kept) return []
  const isDeleted = becomes?.Type !== was.Type
  if (!isDeleted && !kept.replacedBy.some((property) => differs(was, becomes, property))) return []
  const setting = kept.setting ?? readTables().find((table) => table.id === id)?.env
  const says = `the ${labelOf(id, was)} would be ${isDeleted ? 'deleted' : 'replaced'}: ${kept.lost}.`
  const name = was.Type === 'AWS::Logs::LogGroup' ? 'LogGroups' : id
  return [{ name, says: setting ? `${says} ${forgotten(setting)}` : says }]
}

function labelOf(id: string, { Type, Properties }: Resource): string {
  const { noun, namedBy } = keptTypes[Type] ?? { noun: Type }
  return `${noun} ${namedBy ? textOf(Properties?.[namedBy]).replaceAll('"', '') : id}`
}

function lostInPlace(was: Resource, becomes: Resource): readonly Difference[] {
  if (was.Type === 'AWS::Logs::LogGroup' && daysOf(becomes) < daysOf(was)) {
    const says = `the ${labelOf('', was)} would lose what is older than ${daysOf(becomes)} days.`
    return [{ name: 'LOG_RETENTION_DAYS', says: `${says} ${forgotten('LOG_RETENTION_DAYS')}` }]
  }
  if (was.Type === 'AWS::ApiGatewayV2::DomainName' && differs(was, becomes, 'DomainNameConfigurations')) {
    const says = `the ${labelOf('', was)} would change its certificate or its TLS.`
    return [{ name: 'CERTIFICATE_ARN', says: `${says} ${forgotten('CERTIFICATE_ARN')}` }]
  }
  if (was.Type === 'AWS::DynamoDB::Table')
    return lostProtections(was, becomes).map((lost) => ({
      name: 'TableProtection',
      says: `the ${labelOf('', was)} would lose ${lost}.`,
    }))
  const lowered = lowerThrottles(was, becomes)
  if (lowered === 0) return []
  const settings = 'THROTTLE_RATE, THROTTLE_BURST, HASHING_THROTTLE_RATE or HASHING_THROTTLE_BURST'
  return [{ name: 'Throttles', says: `${lowered} routes would let less through. ${forgotten(settings)}` }]
}

/** A group without a retention keeps its lines for ever. */
const daysOf = ({ Properties }: Resource) => Number(Properties?.RetentionInDays ?? Number.POSITIVE_INFINITY)

function changedSettings(pairs: Pairs): readonly Difference[] {
  return Object.entries(keptSettings).flatMap(([name, lost]) => {
    const isChanged = pairs.some(([, was, becomes]) => {
      const [value, next] = [variablesOf(was)?.[name], variablesOf(becomes)?.[name]]
      if (value === undefined || becomes === undefined || (name === 'MAIL_FROM' && isBlank(value)))
        return false
      // An empty setting has its default.
      return !(isBlank(value) && isBlank(next)) && textOf(value) !== textOf(next)
    })
    const setting = name === 'ISSUER' ? 'ISSUER or DOMAIN_NAME' : name
    return isChanged ? [{ name, says: `${lost}. ${forgotten(setting)}` }] : []
  })
}

/** A setting of functions that was set and is empty now; one that a release no longer knows is not there at all. */
function forgottenSettings(pairs: Pairs): readonly Difference[] {
  const names = pairs.flatMap(([, was, becomes]) => {
    const next = variablesOf(becomes)
    return Object.entries(variablesOf(was) ?? {}).flatMap(([name, value]) =>
      !isBlank(value) && typeof next?.[name] === 'string' && isBlank(next[name]) && !(name in keptSettings)
        ? [name]
        : [],
    )
  })
  return [...new Set(names)].map((name) => ({
    name,
    says: `it was set, and functions would go back to its default. ${forgotten(name)}`,
  }))
}

/** Functions trim their settings. */
const isBlank = (value: unknown) => value === undefined || (typeof value === 'string' && value.trim() === '')

function variablesOf(resource: Resource | undefined): Readonly<Record<string, unknown>> | undefined {
  if (resource?.Type !== 'AWS::Lambda::Function') return undefined
  const { Variables } = (resource.Properties?.Environment ?? {}) as { Variables?: Record<string, unknown> }
  return Variables
}

function silencedAlarms(pairs: Pairs): readonly Difference[] {
  const tells = (resource: Resource) =>
    resource.Type === 'AWS::CloudWatch::Alarm' &&
    ((resource.Properties?.AlarmActions ?? []) as readonly unknown[]).length > 0
  const silenced = pairs.filter(([, was, becomes]) => becomes && tells(was) && !tells(becomes))
  if (silenced.length === 0) return []
  const says = `${silenced.length} alarms would tell no one. ${forgotten('ALARM_EMAIL or ALARM_TOPIC_ARN')}`
  return [{ name: 'Alarms', says }]
}

const differs = (was: Resource, becomes: Resource, property: string) =>
  textOf(was.Properties?.[property]) !== textOf(becomes.Properties?.[property])

/** The same text for objects with the same members, in whatever order. */
function textOf(value: unknown): string {
  return String(
    JSON.stringify(value, (_, each: unknown) =>
      typeof each === 'object' && each !== null && !Array.isArray(each)
        ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
        : each,
    ),
  )
}
