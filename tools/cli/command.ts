import { setTimeout as wait } from 'node:timers/promises'
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { errors } from '../../lib/contract/errors.ts'
import { Refusal } from '../../lib/domain/refusal.ts'
import { stageProblem } from '../deploy/settings.ts'

type Options = NonNullable<ParseArgsConfig['options']>
export type Values<O extends Options> = ReturnType<typeof parseArgs<{ options: O }>>['values']

/** What a command accepts. `--stage` is the name of a stage in every command. */
interface Words<O extends Options> {
  readonly options: O
  /**
   * The first word is one of these; none is needed if the empty word is among them. If a word takes a second one, the string tells
   * users who left it out what to add.
   */
  readonly actions?: Readonly<Record<string, string | undefined>>
}

/** What is wrong with the words that were typed. `command` prints it before the usage, and exits with 2. */
export class UsageError extends Error {}

/** Runs a command. `--help` prints its usage. Exits with the status that `run` returns, or 0; after an error with 2 or 1. */
export async function command<const O extends Options>(
  { usage, ...accepted }: Words<O> & { readonly usage: string },
  run: (values: Values<O>, action: string, named: string) => Promise<number | undefined>,
): Promise<never> {
  let status = 0
  try {
    if (process.argv.includes('--help')) console.log(usage)
    else {
      const { values, words } = readWords(accepted, process.argv.slice(2))
      status = (await run(values, words[0] ?? '', words[1] ?? '')) ?? 0
    }
  } catch (error) {
    const isUsage = error instanceof UsageError
    console.error(isUsage ? `${error.message}\n\n${usage}` : sentenceOf(error))
    status = isUsage ? 2 : 1
  }
  // Output must be read before an engine that this command started is gone.
  await wait(0)
  return process.exit(status)
}

/**
 * Splits what was typed into options and other words. Names of keys and emails may begin with dashes, so each word that is
 * not one of the options is a value. @throws UsageError
 */
export function readWords<const O extends Options>({ options, actions }: Words<O>, typed: readonly string[]) {
  const { values, positionals } = parsed(options, typed)
  if (typeof values.stage === 'string') {
    const problem = stageProblem(values.stage)
    if (problem) throw new UsageError(problem)
  }
  const [action = '', named] = positionals
  let most = 0
  if (actions && (action || !Object.hasOwn(actions, ''))) {
    if (!action) throw new UsageError(`Say what to do: ${Object.keys(actions).join(', ')}`)
    if (!Object.hasOwn(actions, action)) throw new UsageError(`There is no action "${action}"`)
    if (actions[action] && !named) throw new UsageError(actions[action])
    most = actions[action] ? 2 : 1
  }
  const surplus = positionals[most]
  if (surplus?.startsWith('--')) throw new UsageError(`Unknown option '${surplus}'`)
  if (surplus !== undefined) throw new UsageError(`"${surplus}" is one word too many`)
  return { values: values as Values<O>, words: positionals }
}

function parsed(options: Options, typed: readonly string[]) {
  const isOption = (word: string) =>
    word.startsWith('--') && Object.hasOwn(options, word.slice(2).split('=')[0] ?? '')
  // Node reads each word with a dash as an option. It reads one that begins with NUL, which cannot be typed, as a value.
  const hide = (word: string) => (/^-/.test(word) && word !== '--' && !isOption(word) ? `\0${word}` : word)
  const show = <T>(value: T) => (typeof value === 'string' ? value.replace('\0', '') : value)
  try {
    const found = parseArgs({ options, args: typed.map(hide), allowPositionals: true })
    const values = Object.entries(found.values).map(([name, value]) => [name, show(value)])
    return { values: Object.fromEntries(values), positionals: found.positionals.map((word) => show(word)) }
  } catch (error) {
    // The first sentence names the option. The others explain the parser.
    const [sentence] = (error as Error).message.split(/\. |\n/)
    const [, option] = /^Option '(--[\w-]+).*' argument (?:missing|is ambiguous)/.exec(String(sentence)) ?? []
    throw new UsageError(option ? `${option} needs a value` : sentence)
  }
}

/** What failed, for the user of the command. */
export function sentenceOf(error: unknown): string {
  if (error instanceof Refusal)
    return error.cause === undefined ? errors[error.code].detail : sentenceOf(error.cause)
  const { name, message, cause } = error as Error
  // Node's own `fetch` says no more than that it failed.
  if (name === 'TypeError' && cause !== undefined) return sentenceOf(cause)
  if (name === 'CredentialsProviderError') return 'There are no AWS credentials: see docs/deploy.md, step 1'
  if (message === 'Region is missing') return 'Say which region: set AWS_REGION'
  // An error of AWS has a code, and perhaps no message of its own.
  if (error instanceof Error && '$fault' in error)
    return message === 'UnknownError' ? name : `${name}: ${message}`
  return message || name
}
