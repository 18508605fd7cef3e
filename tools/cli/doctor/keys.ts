import { materialOf } from '../../../lib/crypto/key-material.ts'
import { type Kind, type Rotating, rotating } from '../../../lib/crypto/key-states.ts'
import type { KeyPath } from '../../../lib/crypto/keys.ts'
import type { Seconds } from '../../../lib/domain/lifetimes.ts'
import { doubtful, type Finding, fine, wrong } from './finding.ts'

const DAY = 86_400

/** A parameter as SSM lists it without decryption. */
export interface Listed {
  readonly number: string
  readonly madeAt: Seconds
  /** Only of a public key: secrets are never read. */
  readonly value: string | undefined
}
export type ListKeys = (path: KeyPath) => Promise<readonly Listed[]>

/** Checks that the keys exist and rotate. */
export const keyChecks = (
  listed: ListKeys,
  at: { readonly now: Seconds; readonly keyRotationDays: number },
): readonly Promise<readonly Finding[]>[] => [
  ...Object.keys(rotating).map((name) => rotation(listed, name as Rotating, at)),
  secrets(listed),
]

async function rotation(
  listed: ListKeys,
  name: Rotating,
  { now, keyRotationDays }: { readonly now: Seconds; readonly keyRotationDays: number },
): Promise<readonly Finding[]> {
  const { path, secret }: Kind = rotating[name]
  const [all, halves] = await Promise.all([listed(path), secret && listed(secret)])
  const whole = all.filter(({ number }) => !halves || halves.some((half) => half.number === number))
  const times = whole.map((each) => signsFrom(path, each))
  const signs = Math.max(...times.filter((time) => time <= now))
  if (!Number.isFinite(signs))
    return [wrong(`There is no ${name} key that signs`, 'Run npm run setup -- --stage <stage>')]
  const age = Math.floor((now - signs) / DAY)
  if (age > keyRotationDays + 2 && !times.some((time) => time > now))
    return [
      doubtful(
        `The ${name} key is ${age} days old, and there is no next key: the rotation does not run`,
        'See the log of the function keysRotate; npm run keys -- rotate makes the next one now',
      ),
    ]
  return [fine(`The ${name} key is ${age} days old, one of ${all.length}`)]
}

/** A public key says when its private key signs. A secret has only its date, at most two hours earlier. */
const signsFrom = (path: KeyPath, { number, madeAt, value }: Listed): Seconds =>
  value === undefined ? madeAt : materialOf(path, new Map([[number, value]]))[0].signsFrom

async function secrets(listed: ListKeys): Promise<readonly Finding[]> {
  const paths = ['pepper', 'keyed-hash'] as const
  const found = await Promise.all(paths.map(listed))
  const missing = paths.filter((_, index) => found[index]?.length === 0)
  if (missing.length === 0) return [fine('The pepper and the keyed-hash key exist')]
  return [wrong(`Missing: ${missing.join(', ')}`, 'Run npm run setup -- --stage <stage>')]
}
