import { isDeepStrictEqual } from 'node:util'
import { readTables } from '../generate/tables-yml.ts'
import { keptTypes } from './protected-resources.ts'
import { callerOf } from './shared-authorizer.ts'
import { type Difference, type Resource, wasForgotten, weakened } from './weakened-resources.ts'

/** What of a CloudFormation template is compared. */
export interface Template {
  readonly Resources?: Readonly<Record<string, Resource>>
}

interface Compared {
  readonly before: Template
  readonly after: Template
  /** The names that `--allow-change` gives. */
  readonly allowed: readonly string[]
}

/** Why a deployment must not go on, one line for each reason. It may go on if there is none. */
export function refusals({ before, after, allowed }: Compared): readonly string[] {
  const byName = Map.groupBy(differences(before, after), ({ name }) => name)
  const refused = [...byName].filter(([name]) => !allowed.includes(name))
  // An allowance that outlives its reason would hide the next mistake.
  const unused = allowed.filter((name) => !byName.has(name))
  return [
    ...refused.map(([name, [first, ...others]]) => {
      const more = others.length > 0 ? ` So would ${others.length} more.` : ''
      return `${name}: ${first?.says}${more}`
    }),
    ...unused.map((name) => `--allow-change ${name}: this deployment changes no such thing`),
  ]
}

/**
 * What a deployment of `after` over `before` would lose. The lines name what is deployed. They quote no new value, which may be a
 * secret in the wrong place.
 */
export function differences(before: Template, after: Template): readonly Difference[] {
  const found = Object.entries(before.Resources ?? {}).flatMap(([id, was]) => {
    const becomes = after.Resources?.[id]
    return [...lostResource(id, was, becomes), ...(becomes ? weakened(was, becomes, labelOf(id, was)) : [])]
  })
  // All functions have the same settings.
  const bySentence = new Map(found.map((difference) => [`${difference.name} ${difference.says}`, difference]))
  return [...bySentence.values()]
}

function lostResource(id: string, was: Resource, becomes: Resource | undefined): readonly Difference[] {
  const caller = callerOf(id, was)
  if (caller && !becomes) {
    const says = `the API ${caller} could no longer use the authorizer. ${wasForgotten('AUTHORIZER_CALLERS')}`
    return [{ name: 'AUTHORIZER_CALLERS', says }]
  }
  const kept = keptTypes[was.Type]
  if (!kept) return []
  const isDeleted = becomes?.Type !== was.Type
  const isReplaced = kept.replacedBy.some(
    (property) => !isDeepStrictEqual(was.Properties?.[property], becomes?.Properties?.[property]),
  )
  if (!isDeleted && !isReplaced) return []
  const setting = kept.setting ?? readTables().find((table) => table.id === id)?.env
  const says = `the ${labelOf(id, was)} would be ${isDeleted ? 'deleted' : 'replaced'}: ${kept.lost}.`
  const name = was.Type === 'AWS::Logs::LogGroup' ? 'LogGroups' : id
  return [{ name, says: setting ? `${says} ${wasForgotten(setting)}` : says }]
}

function labelOf(id: string, { Type, Properties }: Resource): string {
  const { noun, namedBy } = keptTypes[Type] ?? { noun: Type.split('::').at(-1)?.toLowerCase() }
  return `${noun} ${namedBy ? String(JSON.stringify(Properties?.[namedBy])).replaceAll('"', '') : id}`
}
