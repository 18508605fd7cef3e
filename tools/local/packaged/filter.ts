/**
 * Whether a record is one that an event source mapping asks for (EventBridge's syntax of patterns: each field has a list
 * of what it may be). @throws for an operator other than `prefix`.
 */
export const passes = (patterns: readonly unknown[], record: unknown): boolean =>
  patterns.length === 0 || patterns.some((pattern) => fits(pattern, record))

function fits(pattern: unknown, value: unknown): boolean {
  if (Array.isArray(pattern)) return pattern.some((each) => isOne(each, value))
  return Object.entries(pattern as object).every(([name, inner]) =>
    fits(inner, (value as Record<string, unknown> | undefined)?.[name]),
  )
}

function isOne(alternative: unknown, value: unknown): boolean {
  if (typeof alternative !== 'object' || alternative === null) return alternative === value
  const [operator, argument] = Object.entries(alternative)[0] ?? []
  if (operator !== 'prefix') throw new Error(`The filter uses ${operator}, which is not known here`)
  return typeof value === 'string' && value.startsWith(argument)
}
