import { type Rotated, revoke, rotate } from '../crypto/key-rotation.ts'
import { type Rotating, rotating, signingNow, standingOf } from '../crypto/key-standing.ts'
import type { Parameters } from '../crypto/keys.ts'
import { command } from './command.ts'
import { keysOfStage } from './stage-keys.ts'

const usage = `Usage: npm run keys -- list [--stage <stage>]
       npm run keys -- rotate [--stage <stage>]         makes the next keys now; they sign in a little over two hours
       npm run keys -- revoke <kid> [--stage <stage>]   no token of it is accepted here within 5 minutes;
                                                         others may keep our public keys for an hour`

const names = Object.keys(rotating) as Rotating[]
const instant = (seconds: number) => new Date(seconds * 1000).toISOString()

async function list(parameters: Parameters, now: number): Promise<void> {
  for (const name of names) {
    const keys = await standingOf(parameters, name)
    const signs = signingNow(keys, now)
    for (const key of keys) {
      const state = key === signs ? 'signs' : key.signsFrom > now ? 'signs next' : 'verifies'
      console.log(
        `${name.padEnd(8)} ${key.kid.padEnd(44)} ${state.padEnd(11)} from ${instant(key.signsFrom)}`,
      )
    }
  }
}

const say = (name: Rotating, { made, retired }: Rotated) => {
  for (const kid of made) console.log(`Made ${name} key ${kid}`)
  for (const kid of retired) console.log(`Removed ${name} key ${kid}`)
}

await command(usage, { stage: { type: 'string', default: 'local' } }, async ({ values, positionals }) => {
  const [action, kid, ...more] = positionals
  const takesKid = action === 'revoke'
  if (more.length > 0 || (kid !== undefined) !== takesKid) throw new Error(usage)
  const { parameters } = await keysOfStage(values.stage)
  const now = Math.floor(Date.now() / 1000)
  if (action === 'list') {
    await list(parameters, now)
    return 0
  }
  if (action === 'rotate') {
    for (const name of names) say(name, await rotate(parameters, name, { now, everySeconds: 0 }))
    return 0
  }
  if (action !== 'revoke' || !kid) throw new Error(usage)
  for (const name of names) {
    const keys = await standingOf(parameters, name)
    if (keys.some((key) => key.kid === kid)) {
      say(name, await revoke(parameters, name, kid, { now }))
      return 0
    }
  }
  throw new Error(`There is no key ${kid}`)
})
