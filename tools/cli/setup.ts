import { makeFirstKeys } from '../../lib/crypto/key-rotation.ts'
import { keyPaths } from '../../lib/crypto/keys.ts'
import { keepsUsers } from '../deploy/setting-problems.ts'
import { command, UsageError } from './command.ts'
import { keysOfStage } from './stage-keys.ts'

const usage = `Usage: npm run setup -- --stage <stage>            creates the missing keys of a stage, and keeps the others
       npm run setup -- --stage <stage> --remove   removes the keys: no token and no password of the stage works any more.
                                                   A stage other than dev needs its name twice: --really <stage>`

const options = {
  stage: { type: 'string' },
  remove: { type: 'boolean' },
  really: { type: 'string' },
} as const

/** What the loss of a key costs, for those that a deployer must keep a copy of. */
const losses = {
  pepper:
    'Every password is hashed with the pepper. If it is lost, no password works any more, and every user must reset theirs.',
  factors: 'If the key of the factors is lost, no TOTP code works any more.',
  'recovery-codes': 'If the key of the recovery codes is lost, no recovery code works any more.',
} as const

await command({ usage, options }, async ({ stage, remove, really }) => {
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
    for (const path of new Set(['access/private', ...keyPaths] as const)) {
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
