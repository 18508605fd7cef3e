import { materialOf } from '../../../lib/crypto/key-material.ts'
import { type Kind, permanentPaths, rotating } from '../../../lib/crypto/key-states.ts'
import type { KeyPath } from '../../../lib/crypto/keys.ts'
import type { Seconds } from '../../../lib/domain/lifetimes.ts'
import type { Aws } from './aws.ts'
import { doubtful, type Finding, fine, wrong } from './finding.ts'

type Listed = Awaited<ReturnType<Aws['listed']>>[number]
interface At {
  readonly now: Seconds
  readonly keyRotationDays: number
}

/** Checks that the keys exist and rotate. */
export const keyChecks = ({ listed }: Aws, at: At): Promise<Finding>[] => [
  ...Object.entries<Kind>(rotating).map(([name, kind]) => rotation(listed, name, kind, at)),
  secrets(listed),
]

async function rotation(
  listed: Aws['listed'],
  name: string,
  { path, secret }: Kind,
  { now, keyRotationDays }: At,
): Promise<Finding> {
  const [all, halves] = await Promise.all([listed(path), secret && listed(secret)])
  const whole = all.filter(({ number }) => !halves || halves.some((half) => half.number === number))
  const times = whole.map((each) => signsFrom(path, each))
  const signs = Math.max(...times.filter((time) => time <= now))
  if (!Number.isFinite(signs))
    return wrong(`There is no ${name} key that signs`, 'Run npm run setup -- --stage <stage>')
  const age = Math.floor((now - signs) / 86_400)
  if (age <= keyRotationDays + 2 || times.some((time) => time > now))
    return fine(`The ${name} key is ${age} days old, one of ${all.length}`)
  return doubtful(
    `The ${name} key is ${age} days old, and there is no next key: the rotation does not run`,
    'See the log of the function keysRotate; npm run keys -- rotate makes the next one now',
  )
}

/** A public key says when its private key signs. A secret has only its date, at most two hours earlier. */
const signsFrom = (path: KeyPath, { number, madeAt, value }: Listed): Seconds =>
  value === undefined ? madeAt : materialOf(path, new Map([[number, value]]))[0].signsFrom

async function secrets(listed: Aws['listed']): Promise<Finding> {
  const found = await Promise.all(permanentPaths.map(listed))
  const missing = permanentPaths.filter((_, index) => found[index]?.length === 0)
  if (missing.length === 0) return fine(`The other keys exist: ${permanentPaths.join(', ')}`)
  return wrong(`Missing: ${missing.join(', ')}`, 'Run npm run setup -- --stage <stage>')
}
