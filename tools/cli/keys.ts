import { materialOf, signingNow } from '../../lib/crypto/key-material.ts'
import { type Rotated, revoke, rotate } from '../../lib/crypto/key-rotation.ts'
import { keyStates, type Rotating, rotating } from '../../lib/crypto/key-states.ts'
import type { Parameters } from '../../lib/crypto/keys.ts'
import { inAccount } from './callers-aws.ts'
import { command, UsageError } from './command.ts'
import { type CommandLog, commandLog } from './command-log.ts'
import { keysOfStage } from './stage-keys.ts'

const usage = `Usage: npm run keys -- list [--stage <stage>]
       npm run keys -- rotate [--stage <stage>]         makes the next keys now; they sign from two hours later on
       npm run keys -- revoke <kid> [--stage <stage>]   after 5 minutes this API accepts no token of the key;
                                                         other services may cache the public key for an hour

Changes in a stage are written to its log group /cardea/<stage>/command-line. If the log cannot be written, the command does
nothing. With --unlogged it goes on, and prints the lines that belong in the log.`

const names = Object.keys(rotating) as Rotating[]
const instant = (seconds: number) => new Date(seconds * 1000).toISOString()

/** Lists the rotating keys and the two permanent secrets, each by its name and never by its value; the oldest first. */
async function list(parameters: Parameters, now: number): Promise<void> {
  const print = (name: string, kid: string, state: string, signsFrom: number) =>
    console.log(`${name.padEnd(11)} ${kid.padEnd(44)} ${state.padEnd(11)} from ${instant(signsFrom)}`)
  for (const name of names) {
    const keys = await keyStates(parameters, name)
    const signs = signingNow(keys, now)
    for (const key of keys.toReversed()) {
      const state = key === signs ? 'signs' : key.signsFrom > now ? 'signs next' : 'verifies'
      print(name, key.kid, state, key.signsFrom)
    }
  }
  for (const path of ['pepper', 'keyed-hash'] as const) {
    const kept = await parameters.below(path)
    const keys = kept.size > 0 ? materialOf(path, kept) : []
    const hashes = signingNow(keys, now)
    for (const key of keys.toReversed()) {
      const state = key === hashes ? 'hashes' : key.signsFrom > now ? 'hashes next' : 'verifies'
      print(path, key.kid, state, key.signsFrom)
    }
  }
}

const tell = (log: CommandLog, name: Rotating, { made, retired }: Rotated) => {
  log.record({ type: 'keys.rotated', name, made, retired })
  for (const kid of made) console.log(`Made ${name} key ${kid}`)
  for (const kid of retired) console.log(`Removed ${name} key ${kid}`)
}

/** Reads the command line. @throws UsageError */
function wanted([action, kid, ...more]: readonly string[]): { action: string; kid: string } {
  if (!action) throw new UsageError('Say what to do: list, rotate or revoke')
  if (!['list', 'rotate', 'revoke'].includes(action)) throw new UsageError(`There is no "keys ${action}"`)
  if (action === 'revoke' && !kid)
    throw new UsageError('Say which key to revoke: "keys list" shows the names')
  const [surplus] = action === 'revoke' ? more : kid === undefined ? [] : [kid]
  if (surplus !== undefined) throw new UsageError(`"${surplus}" is one word too many`)
  return { action, kid: kid ?? '' }
}

/** The kind of a key. @throws if there is no such key, or if it cannot be revoked. */
async function kindOf(parameters: Parameters, kid: string): Promise<Rotating> {
  for (const name of names) {
    const keys = await keyStates(parameters, name)
    if (keys.some((key) => key.kid === kid)) return name
  }
  for (const path of ['pepper', 'keyed-hash'] as const) {
    const kept = await parameters.below(path)
    if (kept.size > 0 && materialOf(path, kept).some((key) => key.kid === kid))
      throw new Error(
        `${kid} belongs to the ${path}, which is replaced and not revoked: see docs/deploy.md, Keys`,
      )
  }
  throw new Error(`There is no key ${kid}`)
}

const options = { stage: { type: 'string', default: 'local' }, unlogged: { type: 'boolean' } } as const

await command(usage, options, async ({ values, positionals }) => {
  const { action, kid } = wanted(positionals)
  const { parameters, place } = await keysOfStage(values.stage)
  const now = Math.floor(Date.now() / 1000)
  if (action === 'list') {
    await list(parameters, now)
    return 0
  }
  const log = commandLog(values.stage, values)
  const revoked = action === 'revoke' ? await kindOf(parameters, kid) : undefined
  await log.begin(`keys ${action}`, revoked && { kid })
  if (values.stage !== 'local') console.log(`In ${await inAccount(place)}:`)
  await log.during(async () => {
    if (revoked) tell(log, revoked, await revoke(parameters, revoked, kid, { now }))
    else for (const name of names) tell(log, name, await rotate(parameters, name, { now, everySeconds: 0 }))
  })
  return 0
})
