import { makeFirstKeys } from '../../lib/crypto/key-rotation.ts'
import { parameterPaths } from '../../lib/crypto/keys.ts'
import { keepsUsers } from '../deploy/setting-problems.ts'
import { command, UsageError } from './command.ts'
import { setUpProvider } from './setup-provider.ts'
import { keysOfStage } from './stage-keys.ts'

const usage = `Usage: npm run setup -- --stage <stage>            creates the missing keys of a stage, and keeps the others
       npm run setup -- --stage <stage> --remove   removes the keys: no token and no password of the stage works any more.
                                                   A stage other than dev needs its name twice: --really <stage>
       npm run setup -- provider <name> [--stage <stage>]
                                                   asks for the client secret of a provider of PROVIDERS (of apple: for the
                                                   path of its key file), and stores it in place of a former one. It also
                                                   reads the secret, or the content of the key file, from standard input.
                                                   With --remove it removes the secret

The secret of a provider belongs to npm start, unless a stage is named. For a stage, the command is written to its log group
/cardea/<stage>/command-line. If the log cannot be written, the command does nothing. With --unlogged it goes on, and prints
the lines that belong in the log.`

const actions = { '': undefined, provider: 'Say which provider: its name in PROVIDERS' }

const options = {
  stage: { type: 'string' },
  remove: { type: 'boolean' },
  really: { type: 'string' },
  unlogged: { type: 'boolean' },
} as const

/** What the loss of a key costs, for those that a deployer must keep a copy of. */
const losses = {
  pepper:
    'Every password is hashed with the pepper. If it is lost, no password works any more, and every user must reset theirs.',
  factors: 'If the key of the factors is lost, no TOTP code works any more.',
  'recovery-codes': 'If the key of the recovery codes is lost, no recovery code works any more.',
} as const

await command({ usage, options, actions }, async ({ stage, remove, really, unlogged }, action, name) => {
  if (action === 'provider') {
    if (really !== undefined) throw new UsageError('--really goes with the removal of keys alone')
    await setUpProvider(name, { stage: stage ?? 'local', remove, unlogged })
    return 0
  }
  if (unlogged) throw new UsageError('--unlogged goes with provider alone')
  if (!stage) throw new UsageError('Say which stage: --stage <stage>')
  if (really !== undefined && !remove) throw new UsageError('--really goes with --remove alone')
  if (really !== undefined && really !== stage)
    throw new UsageError(`--stage says ${stage}, and --really says ${really}`)
  if (remove && keepsUsers(stage) && really === undefined)
    throw new UsageError(`Without its pepper no password of ${stage} works any more: add --really ${stage}`)
  const { parameters, place, keysPath } = await keysOfStage(stage)

  if (remove) {
    let removed = 0
    // Remove private keys first: a private key without its public key would sign tokens that are never accepted.
    for (const path of new Set(['access/private', ...parameterPaths] as const)) {
      for (const number of (await parameters.below(path)).keys()) {
        await parameters.remove(path, number)
        removed++
      }
    }
    console.log(removed > 0 ? `Removed ${removed} keys from ${place}` : `There are no keys in ${place}`)
    return 0
  }

  const made = await makeFirstKeys(parameters, { now: Math.floor(Date.now() / 1000) })
  console.log(
    made.length > 0 ? `Made ${made.join(', ')} in ${place}` : `Every key already exists in ${place}`,
  )
  const copied = made.filter((path) => Object.hasOwn(losses, path))
  if (copied.length > 0 && keysPath)
    console.log(`
${copied.map((path) => losses[path as keyof typeof losses]).join('\n')}
Keep a copy in a safe place, apart from the backups of the tables. This prints them in the form from which docs/deploy.md,
"The pepper", restores them:
${copied
  .map(
    (path) => `
  aws ssm get-parameters-by-path --path ${keysPath}/${path} --with-decryption --output text \\
    --query 'Parameters[].[Name, Value]'`,
  )
  .join('')}`)
})
