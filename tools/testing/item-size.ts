/** The size of an item as DynamoDB counts: UTF-8 of names and values, numbers by their digits, lists and booleans by a byte and more. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 1
  if (typeof value === 'boolean') return 1
  if (Array.isArray(value)) return value.reduce((sum, each) => sum + sizeOf(each) + 1, 3)
  return Object.entries(value as object).reduce(
    (sum, [name, each]) => sum + Buffer.byteLength(name) + sizeOf(each),
    0,
  )
}
