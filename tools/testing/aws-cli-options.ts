/** The options of a command of the AWS CLI, by name; `true` for one without a value. */
export type Given = Readonly<Record<string, string | true>>
/** The answer of AWS, which a query selects from. */
export type Answer = any
export type Command = {
  /** Every option, beside `--query` and `--output`. Those without a question mark are required. */
  readonly takes: readonly string[]
  run(given: Given): Promise<Answer> | Answer
}
/** Commands by name. */
export type Commands = Readonly<Record<string, Command>>

/** The value of an option. @throws if it has none */
export const text = (given: string | true | undefined): string => {
  if (typeof given !== 'string') throw new Error('An option has no value')
  return given
}

/** The value of an option such as `Enabled=true,AttributeName=expiresAt`. */
export const shorthand = (given: string | true | undefined): Record<string, string> =>
  Object.fromEntries(
    text(given)
      .split(',')
      .map((pair) => pair.split('=')),
  )

export function optionsOf(words: readonly string[]): Given {
  const given: Record<string, string | true> = {}
  for (let at = 0; at < words.length; at++) {
    const [, name] = /^--([a-z-]+)$/.exec(String(words[at])) ?? []
    if (!name) throw new Error(`Unknown options: ${words[at]}`)
    const value = words[at + 1]
    if (value === undefined || /^--[a-z]/.test(value)) given[name] = true
    else {
      given[name] = value
      at++
    }
  }
  return given
}

/** @throws if an option is unknown, or a required one is missing */
export function check(name: string, { takes }: Command, given: Given): void {
  const known = takes.map((each) => each.replace('?', ''))
  for (const option of Object.keys(given))
    if (!known.includes(option)) throw new Error(`The stand-in does not know --${option} of "aws ${name}"`)
  for (const option of takes)
    if (!option.endsWith('?') && given[option] === undefined) throw new Error(`aws ${name} needs --${option}`)
}
