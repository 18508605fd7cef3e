import { type Difference, differences, type Template } from './template-comparison.ts'

export interface Compared {
  readonly before: Template
  readonly after: Template
  /** What `--allow-change` names. */
  readonly allowed: readonly string[]
}

/** Why a deployment must not go on: a line each; empty if it may. */
export function refusals({ before, after, allowed }: Compared): readonly string[] {
  const byName = Map.groupBy(differences(before, after), ({ name }) => name)
  const refused = [...byName]
    .filter(([name]) => !allowed.includes(name))
    .map(([name, all]) => line(name, all))
  // An allowance that outlives its reason would hide the next slip.
  const unused = allowed.filter((name) => !byName.has(name))
  return [
    ...refused,
    ...unused.map((name) => `--allow-change ${name}: this deployment changes no such thing`),
  ]
}

function line(name: string, [first, ...others]: readonly Difference[]): string {
  const more = others.length > 0 ? ` So would ${others.length} more.` : ''
  return `${name}: ${first?.says}${more}`
}
