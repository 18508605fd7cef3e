import { setTimeout as wait } from 'node:timers/promises'
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { errors } from '../../lib/contract/errors.ts'
import { Refusal } from '../../lib/domain/refusal.ts'
import { stageProblem } from '../deploy/settings.ts'

type Options = NonNullable<ParseArgsConfig['options']>
export type Given<O extends Options> = ReturnType<typeof parseArgs<{ options: O; allowPositionals: true }>>

/** What is wrong with the words that were typed. `command` says it before the usage, and ends with 2. */
export class UsageError extends Error {}

/**
 * Runs a command with what was typed behind it. `--help` prints `usage`; what is wrong with the words is said with it.
 */
export const command = <const O extends Options>(
  usage: string,
  options: O,
  run: (given: Given<O>) => Promise<number | undefined>,
): Promise<never> =>
  ending(async () => {
    if (process.argv.includes('--help')) {
      console.log(usage)
      return 0
    }
    try {
      return await run(readWords(options, process.argv.slice(2)))
    } catch (error) {
      if (error instanceof UsageError) throw new UsageError(`${error.message}\n\n${usage}`)
      throw error
    }
  })

/** Ends with the status that `run` gives, or 0. What it throws goes to standard error: 2 for wrong words, else 1. */
export async function ending(run: () => Promise<number | undefined>): Promise<never> {
  let status = 1
  try {
    status = (await run()) ?? 0
  } catch (error) {
    console.error(sentenceOf(error))
    if (error instanceof UsageError) status = 2
  }
  // Lets what was printed be read before an engine of our own is gone.
  await wait(0)
  return process.exit(status)
}

/**
 * The options among some words, and the rest. All options begin with two dashes. So a word with one dash is a value, and
 * so is the word behind an action unless it is an option of ours: names of keys and emails may begin with a dash.
 * @throws UsageError with the parser's first sentence, which names the option; its others explain the parser.
 */
export function readWords<const O extends Options>(options: O, words: readonly string[]): Given<O> {
  const isOption = (word: string) => word.startsWith('--') && Object.hasOwn(options, nameOf(word))
  const args: string[] = []
  const rest: string[] = []
  for (let at = 0; at < words.length; at++) {
    const word = String(words[at])
    const next = words[at + 1]
    if (word === '--') {
      rest.push(...words.slice(at + 1))
      break
    }
    if (isOption(word)) {
      const takesNext = options[nameOf(word)]?.type === 'string' && !word.includes('=')
      if (takesNext && (next === undefined || isOption(next))) throw new UsageError(`${word} needs a value`)
      args.push(takesNext ? `${word}=${next}` : word)
      if (takesNext) at++
    } else if (word.startsWith('--') && rest.length !== 1) args.push(word)
    else rest.push(word)
  }
  try {
    return parseArgs({ options, args: [...args, '--', ...rest], allowPositionals: true })
  } catch (error) {
    throw new UsageError((error as Error).message.split(/\. |\n/)[0])
  }
}

const nameOf = (option: string) => option.slice(2).split('=')[0] ?? ''

/** What failed, for the user of the command. */
export function sentenceOf(error: unknown): string {
  if (error instanceof Refusal) {
    return error.cause === undefined ? errors[error.code].detail : sentenceOf(error.cause)
  }
  const { name, message, cause } = error as Error
  // Node's own `fetch` says no more than that it failed.
  if (name === 'TypeError' && cause !== undefined) return sentenceOf(cause)
  if (name === 'CredentialsProviderError') return 'There are no AWS credentials: see docs/deploy.md, step 1'
  if (message === 'Region is missing') return 'Say which region: set AWS_REGION'
  return message || name
}

/** @throws UsageError unless a stage may have this name. */
export function checkStage(stage: string): void {
  const problem = stageProblem(stage)
  if (problem) throw new UsageError(problem)
}
