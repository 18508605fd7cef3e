/** Items are parsed, never cast: an item of an unexpected shape fails the request. */
export type Check<T> = (value: unknown) => value is T

export const text: Check<string> = (value) => typeof value === 'string'
export const whole: Check<number> = (value): value is number => Number.isSafeInteger(value)
export const truth: Check<boolean> = (value) => typeof value === 'boolean'
export const texts: Check<readonly string[]> = (value) => Array.isArray(value) && value.every(text)
export const oneOf =
  <T extends string>(...values: readonly T[]): Check<T> =>
  (value): value is T =>
    values.some((each) => each === value)

export const optional =
  <T>(check: Check<T>): Check<T | undefined> =>
  (value): value is T | undefined =>
    value === undefined || check(value)

type Shape = Readonly<Record<string, Check<unknown>>>
type Fields<S extends Shape> = { readonly [K in keyof S]: S[K] extends Check<infer T> ? T : never }

/** A map inside an item. */
export const shaped =
  <S extends Shape>(shape: S): Check<Fields<S>> =>
  (value): value is Fields<S> =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(shape).every(([field, check]) => check((value as Record<string, unknown>)[field]))

/** Returns the named fields of an item, each checked, and no others. An error names the field, never its value. */
export function fieldsOf<S extends Shape>(
  kind: string,
  item: Readonly<Record<string, unknown>>,
  shape: S,
): Fields<S> {
  const fields = Object.entries(shape).map(([field, check]) => {
    if (!check(item[field])) throw new Error(`A stored ${kind} has no usable ${field}`)
    return [field, item[field]]
  })
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined))
}
