import { setTimeout as wait } from 'node:timers/promises'
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { errors } from '../contract/errors.ts'
import { Refusal } from '../domain/refusal.ts'

type Options = NonNullable<ParseArgsConfig['options']>
type Given<O extends Options> = ReturnType<typeof parseArgs<{ options: O; allowPositionals: true }>>

/**
 * Runs a command with what was typed behind it. `--help` prints `usage`; what is wrong with the words is said with it.
 */
export const command = <const O extends Options>(
  usage: string,
  options: O,
  run: (given: Given<O>) => Promise<number | undefined>,
): Promise<never> =>
  ending(async () => {
    if (!process.argv.includes('--help')) return run(parsed(usage, options))
    console.log(usage)
    return 0
  })

/** Ends the process with the status that `run` gives, or 0; what it throws is said on standard error, with status 1. */
export async function ending(run: () => Promise<number | undefined>): Promise<never> {
  let status = 1
  try {
    status = (await run()) ?? 0
  } catch (error) {
    console.error(sentenceOf(error))
  }
  // Lets what was printed be read before an engine of our own is gone.
  await wait(0)
  return process.exit(status)
}

function parsed<O extends Options>(usage: string, options: O): Given<O> {
  try {
    return parseArgs({ options, allowPositionals: true })
  } catch (error) {
    throw new Error(`${wrongWord(error)}\n${usage}`)
  }
}

/** The parser's own first sentence, which names the option; its others teach what nobody asked for. */
export const wrongWord = (error: unknown): string => String((error as Error).message.split(/\. |\n/)[0])

/** What failed, for whoever typed the command. */
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

/** @throws unless a stage can be a part of CloudFormation's names. */
export function checkStage(stage: string): void {
  if (!/^[a-z\d-]+$/i.test(stage)) throw new Error('A stage is named with letters, digits and hyphens')
}
