/** A row of a settings table; `.env.example` documents each. `localOnly` settings never reach a deployed function. */
export interface Setting<T> {
  readonly env: string
  readonly default?: string
  readonly localOnly?: true
  /** Converts the text into the value, or throws an error that does not quote it. */
  read(text: string): T
}
export type Settings = { readonly [name: string]: Setting<unknown> }
export type ValuesOf<S extends Settings> = { readonly [K in keyof S]: ReturnType<S[K]['read']> }
export type Env = Readonly<Record<string, string | undefined>>
export const setting = <T>(row: Setting<T>): Setting<T> => row

/** Reads the values of a settings table, and collects the problems. An empty value counts as absent. */
export function readSettings<S extends Settings>(
  table: S,
  env: Env,
): { readonly values: ValuesOf<S>; readonly problems: string[] } {
  const problems: string[] = []
  const read = Object.entries(table).map(([name, row]) => {
    const text = env[row.env]?.trim() || row.default
    try {
      if (text === undefined) throw new Error('must be set')
      return [name, row.read(text)]
    } catch (error) {
      problems.push(`${row.env} ${(error as Error).message}`)
      return [name, undefined]
    }
  })
  return { values: Object.fromEntries(read), problems }
}
