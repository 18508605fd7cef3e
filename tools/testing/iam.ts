/** One statement of an IAM policy. Only what the policies of this project use: an unknown word throws. */
export interface Statement {
  readonly Sid?: string
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource?: string | readonly string[]
  readonly Principal?: unknown
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}
export interface Policy {
  readonly Version: string
  readonly Statement: readonly Statement[]
}
export interface Asked {
  readonly action: string
  readonly resource: string
  /** The condition keys of the request. */
  readonly context?: Readonly<Record<string, string>>
}

/**
 * Whether all the policies allow a request, as a role's policy and its boundary must: an explicit deny wins, and what
 * is not allowed is denied (IAM User Guide, "Policy evaluation logic").
 */
export const isAllowed = (asked: Asked, ...policies: readonly Policy[]): boolean =>
  policies.every(({ Statement }) => {
    const matching = Statement.filter((each) => matches(each, asked))
    return matching.length > 0 && matching.every(({ Effect }) => Effect === 'Allow')
  })

function matches(statement: Statement, { action, resource, context = {} }: Asked): boolean {
  return (
    [statement.Action].flat().some((each) => isLike(action.toLowerCase(), each.toLowerCase())) &&
    [statement.Resource ?? '*'].flat().some((each) => isLike(resource, each)) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) => {
      if (!/^(?:String(?:Equals|Like|NotEquals)|Arn(?:Like|Equals))$/.test(operator))
        throw new Error(`${operator} is not known here`)
      return Object.entries(keys).every(([key, values]) => {
        const given = context[key]
        const isOne = given !== undefined && [values].flat().some((each) => isLike(given, each))
        return operator === 'StringNotEquals' ? !isOne : isOne
      })
    })
  )
}

/** `*` is any text and `?` one character. */
const isLike = (text: string, pattern: string): boolean =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  ).test(text)
