import { materialOf, signingNow } from '../../lib/crypto/key-material.ts'
import { type Rotated, revoke, rotate } from '../../lib/crypto/key-rotation.ts'
import {
  type KeyState,
  keyStates,
  permanent,
  permanentPaths,
  type Rotating,
  rotating,
} from '../../lib/crypto/key-states.ts'
import type { Parameters } from '../../lib/crypto/keys.ts'
import { inAccount } from './aws.ts'
import { command } from './command.ts'
import { type CommandLog, commandLog } from './command-log.ts'
import { keysOfStage } from './stage-keys.ts'

const usage = `Usage: npm run keys -- list [--stage <stage>]
       npm run keys -- rotate [--stage <stage>]         makes the next keys now; they sign from two hours later on
       npm run keys -- revoke <kid> [--stage <stage>]   after 5 minutes this API accepts no token of the key;
                                                         other services may cache the public key for an hour

Changes in a stage are written to its log group /cardea/<stage>/command-line. If the log cannot be written, the command does
nothing. With --unlogged it goes on, and prints the lines that belong in the log.`

const actions = {
  list: undefined,
  rotate: undefined,
  revoke: 'Say which key to revoke: "keys list" shows the names',
}
const options = { stage: { type: 'string', default: 'local' }, unlogged: { type: 'boolean' } } as const

const names = Object.keys(rotating) as Rotating[]
type Key = Pick<KeyState, 'kid' | 'signsFrom'> & Partial<KeyState>
const isRotating = (name: string): name is Rotating => Object.hasOwn(rotating, name)

/** The rotating keys and the permanent secrets, each newest first. */
async function keysByName(parameters: Parameters) {
  const found: [name: Rotating | keyof typeof permanent, keys: readonly Key[]][] = []
  for (const name of names) found.push([name, await keyStates(parameters, name)])
  for (const path of permanentPaths) {
    const kept = await parameters.below(path)
    found.push([path, kept.size > 0 ? materialOf(path, kept) : []])
  }
  return found
}

/** Prints each key by its name and never by its value; the oldest first. */
async function list(parameters: Parameters, now: number): Promise<undefined> {
  for (const [name, keys] of await keysByName(parameters)) {
    const current = signingNow(keys, now)
    const does = isRotating(name) ? 'signs' : permanent[name]
    const did = name === 'factors' ? 'decrypts' : 'verifies'
    for (const key of keys.toReversed()) {
      const state = key === current ? does : key.signsFrom > now ? `${does} next` : did
      const from = new Date(key.signsFrom * 1000).toISOString()
      console.log(`${name.padEnd(14)} ${key.kid.padEnd(44)} ${state.padEnd(13)} from ${from}`)
    }
  }
}

/** The kind of a key. @throws if there is no such key, or if it cannot be revoked. */
async function kindOf(parameters: Parameters, kid: string): Promise<Rotating> {
  for (const [name, keys] of await keysByName(parameters)) {
    if (!keys.some((key) => key.kid === kid)) continue
    if (isRotating(name)) return name
    throw new Error(
      `${kid} belongs to the ${name}, which is replaced and not revoked: see docs/deploy.md, Keys`,
    )
  }
  throw new Error(`There is no key ${kid}`)
}

const tell = (log: CommandLog, name: Rotating, { made, retired }: Rotated) => {
  log.record({ type: 'keys.rotated', name, made, retired })
  for (const kid of made) console.log(`Made ${name} key ${kid}`)
  for (const kid of retired) console.log(`Removed ${name} key ${kid}`)
}

await command({ usage, options, actions }, async (values, action, kid) => {
  const { parameters, place } = await keysOfStage(values.stage)
  const now = Math.floor(Date.now() / 1000)
  if (action === 'list') return list(parameters, now)
  const log = commandLog(values.stage, values)
  const revoked = action === 'revoke' ? await kindOf(parameters, kid) : undefined
  await log.begin(`keys ${action}`, revoked && { kid })
  if (values.stage !== 'local') console.log(`In ${await inAccount(place)}:`)
  await log.during(async () => {
    if (revoked) tell(log, revoked, await revoke(parameters, revoked, kid, { now }))
    else for (const name of names) tell(log, name, await rotate(parameters, name, { now, everySeconds: 0 }))
  })
})
