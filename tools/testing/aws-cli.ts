import { search } from 'jmespath'
import { type ParameterPath, type Parameters, parameterPaths } from '../../lib/crypto/keys.ts'
import { backupCommands } from './aws-cli-backups.ts'
import { logCommands } from './aws-cli-logs.ts'
import { type Answer, type Commands, check, optionsOf, text } from './aws-cli-options.ts'
import { type Tables, tableCommands } from './aws-cli-tables.ts'
import type { LogLine } from './aws-services.ts'

/** The account that the commands act on. */
export interface Account extends Tables {
  readonly parameters: Parameters
  readonly keysPath: string
  /** Whether each stack can be deleted. */
  readonly stacks: Map<string, 'protected' | 'free'>
  /** Reserved concurrency by function. */
  readonly functions: Map<string, number | undefined>
  /** The events of all log groups, by the name of the group. */
  readonly logs: () => ReadonlyMap<string, readonly LogLine[]>
}

/**
 * A stand-in of the AWS CLI for the commands of docs/deploy.md. Each acts on a local engine, on parameters and on logs as it
 * would on AWS. An unknown command or option is refused, so that every line of the guide is checked.
 */
export function awsCli(account: Account) {
  const backups = backupCommands(account)
  const commands: Commands = {
    ...tableCommands(account),
    ...backups.commands,
    ...otherCommands(account),
    ...logCommands(account.logs),
  }
  return {
    remember: backups.remember,
    async run(words: readonly string[]): Promise<string> {
      const name = words[1] === 'wait' ? words.slice(0, 3).join(' ') : words.slice(0, 2).join(' ')
      const command = Object.hasOwn(commands, name) ? commands[name] : undefined
      if (!command) throw new Error(`The stand-in does not know "aws ${name}"`)
      const { query, output = 'json', ...given } = optionsOf(words.slice(name.split(' ').length))
      check(name, command, given)
      const answer = await command.run(given)
      if (answer === undefined) return ''
      const { $metadata: _, ...shown } = answer
      return printed(query === undefined ? shown : search(shown, text(query)), output)
    },
  }
}

/** Commands about functions, stacks and parameters. */
function otherCommands(account: Account): Commands {
  const { functions, stacks } = account
  return {
    'lambda list-functions': {
      takes: [],
      run: () => ({ Functions: [...functions.keys()].map((FunctionName) => ({ FunctionName })) }),
    },
    'lambda put-function-concurrency': {
      takes: ['function-name', 'reserved-concurrent-executions'],
      run({ 'function-name': name, 'reserved-concurrent-executions': count }) {
        if (!functions.has(text(name))) throw new Error(`ResourceNotFoundException: ${name}`)
        functions.set(text(name), Number(count))
        return { ReservedConcurrentExecutions: Number(count) }
      },
    },
    'lambda delete-function-concurrency': {
      takes: ['function-name'],
      run({ 'function-name': name }) {
        if (!functions.has(text(name))) throw new Error(`ResourceNotFoundException: ${name}`)
        functions.set(text(name), undefined)
      },
    },
    'cloudformation update-termination-protection': {
      takes: ['stack-name', 'no-enable-termination-protection?', 'enable-termination-protection?'],
      run({ 'stack-name': name, 'enable-termination-protection': isProtected }) {
        if (!stacks.has(text(name))) throw new Error('ValidationError: no such stack')
        stacks.set(text(name), isProtected ? 'protected' : 'free')
        return { StackId: name }
      },
    },
    'cloudformation delete-stack': {
      takes: ['stack-name'],
      run({ 'stack-name': name }) {
        if (stacks.get(text(name)) !== 'free') throw new Error(`ValidationError: ${name}`)
        stacks.delete(text(name))
      },
    },
    'ssm get-parameters-by-path': {
      takes: ['path', 'with-decryption?'],
      async run({ path, 'with-decryption': isDecrypted }) {
        const { keyPath } = parameterAt(account, `${path}/`)
        const values = await account.parameters.below(keyPath)
        return {
          Parameters: [...values].map(([number, value]) => ({
            Name: `${path}/${number}`,
            Type: 'SecureString',
            Value: isDecrypted ? value : 'AQICAHh',
          })),
        }
      },
    },
    'ssm put-parameter': {
      takes: ['name', 'type', 'value'],
      async run({ name, type, value }) {
        const { keyPath, number } = parameterAt(account, text(name))
        if (type !== 'SecureString') throw new Error('This one is a secret')
        if ((await account.parameters.create(keyPath, number, text(value))) === 'exists')
          throw new Error('ParameterAlreadyExists')
        return { Version: 1 }
      },
    },
  }
}

function printed(answer: Answer, output: string | true): string {
  if (output === 'json') return `${JSON.stringify(answer, null, 4)}\n`
  if (output !== 'text') throw new Error(`The stand-in does not know --output ${output}`)
  const row = (value: Answer): string =>
    Array.isArray(value) ? value.map(row).join('\t') : String(value ?? 'None')
  const isRows = Array.isArray(answer) && answer.some(Array.isArray)
  const rows = isRows ? answer.map(row) : [row(answer)]
  return rows.map((line) => `${line}\n`).join('')
}

function parameterAt({ keysPath }: Account, name: string): { keyPath: ParameterPath; number: string } {
  const keyPath = parameterPaths.find((each) => name.startsWith(`${keysPath}/${each}/`))
  if (!keyPath) throw new Error(`ParameterNotFound: ${name}`)
  return { keyPath, number: name.slice(`${keysPath}/${keyPath}/`.length) }
}
