import { makeFirstKeys } from '../../lib/crypto/key-rotation.ts'
import { keyPaths } from '../../lib/crypto/keys.ts'
import { keepsUsers } from '../deploy/setting-problems.ts'
import { command, UsageError } from './command.ts'
import { keysOfStage } from './stage-keys.ts'

const usage = `Usage: npm run setup -- --stage <stage>            makes the keys that a stage needs, and keeps those that it has
       npm run setup -- --stage <stage> --remove   removes them: every token and every password of the stage is dead.
                                                   A stage that is not dev asks for its name once more: --really <stage>`

const options = {
  stage: { type: 'string' },
  remove: { type: 'boolean' },
  really: { type: 'string' },
} as const

await command(usage, options, async ({ values, positionals }) => {
  const { stage, remove, really } = values
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is one word too many`)
  if (!stage) throw new UsageError('Say which stage: --stage <stage>')
  if (really !== undefined && !remove) throw new UsageError('--really goes with --remove alone')
  if (really !== undefined && really !== stage)
    throw new UsageError(`--stage says ${stage}, and --really says ${really}`)
  if (remove && keepsUsers(stage) && really === undefined)
    throw new UsageError(`Without its pepper no password of ${stage} works any more: add --really ${stage}`)
  const { parameters, place, keysPath } = await keysOfStage(stage)

  if (remove) {
    let removed = 0
    // What signs goes before what verifies: half a key must not sign what nobody accepts.
    const signs = 'access/private'
    for (const path of [signs, ...keyPaths.filter((each) => each !== signs)] as const) {
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
    made.length > 0 ? `Made ${made.join(', ')} in ${place}` : `Everything is there already in ${place}`,
  )
  if (made.includes('pepper') && keysPath) {
    console.log(`
Every password is hashed with the pepper. Whoever loses it loses every password: all users would have to reset theirs.
Keep a copy where you keep what must not be lost, apart from the backups of the tables. This prints it, in the form in which
docs/deploy.md, "The pepper", puts it back:

  aws ssm get-parameters-by-path --path ${keysPath}/pepper --with-decryption --output text \\
    --query 'Parameters[].[Name, Value]'`)
  }
})
