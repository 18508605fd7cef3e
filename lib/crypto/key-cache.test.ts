import { memoryParameters, modulusLength, ready, testParameters } from '../../tools/testing/keys.ts'
import { currentSignal, runWithSignal } from '../domain/invocation-signal.ts'
import { storedKeys } from './key-cache.ts'
import { newKeyPair, newSecret } from './key-material.ts'
import type { KeyPath, Parameters } from './keys.ts'

const START = 1_800_000_000

/** Keys over parameters that can fail, with a clock that stands; each reading is counted. */
async function holding(parameters: Parameters = testParameters, chance = 0) {
  await ready()
  let now = START
  let reads = 0
  let isFailing = false
  const below: Parameters['below'] = async (path) => {
    reads++
    if (isFailing) throw new Error('SSM does not answer')
    return parameters.below(path)
  }
  return {
    keys: storedKeys(
      { below },
      () => now,
      () => chance,
    ),
    reads: () => reads,
    advance: (seconds: number) => {
      now += seconds
    },
    fail: (failing: boolean) => {
      isFailing = failing
    },
  }
}

describe('keys', () => {
  it('are read once, also by fifty at once, and not before somebody asks', async () => {
    const { keys, reads } = await holding()
    expect(reads()).toBe(0)
    await Promise.all(Array.from({ length: 50 }, () => keys.publicKeys()))
    await keys.publicKeys()
    expect(reads()).toBe(1)
  })

  it('are read on for all who wait, also when the invocation that began it has ended', async () => {
    const signals: AbortSignal[] = []
    const below: Parameters['below'] = async (path) => {
      signals.push(currentSignal())
      await new Promise((resolve) => setImmediate(resolve))
      currentSignal().throwIfAborted()
      return testParameters.below(path)
    }
    await ready()
    const keys = storedKeys({ below }, () => START)
    const first = new AbortController()
    const begun = runWithSignal(first.signal, () => keys.publicKeys())
    const other = keys.publicKeys()
    first.abort()
    expect((await other).size).toBeGreaterThan(0)
    expect([(await begun).size > 0, signals.map(({ aborted }) => aborted)]).toEqual([true, [false]])
  })

  it('are read apart: who verifies never reads what signs', async () => {
    await ready()
    const paths: KeyPath[] = []
    const below: Parameters['below'] = (path) => {
      paths.push(path)
      return testParameters.below(path)
    }
    await storedKeys({ below }, () => START).publicKeys()
    expect(paths).toEqual(['access/public'])
  })

  it('are read again when what is held is old, and never held for more than 5 minutes', async () => {
    const { keys, reads, advance, fail } = await holding()
    await keys.publicKeys()
    advance(239)
    await keys.publicKeys()
    expect(reads()).toBe(1)
    advance(1)
    await keys.publicKeys()
    expect(reads()).toBe(2)
    fail(true)
    advance(299)
    expect((await keys.publicKeys()).size).toBe(1)
    advance(1)
    await expect(keys.publicKeys()).rejects.toThrow('SSM does not answer')
  })

  it('are not all read again at once by functions that began at once', async () => {
    for (const [chance, renewedAt] of [
      [0, 240],
      [0.5, 210],
      [0.999, 181],
    ] as const) {
      const { keys, reads, advance } = await holding(testParameters, chance)
      await keys.publicKeys()
      advance(renewedAt - 1)
      await keys.publicKeys()
      expect(reads()).toBe(1)
      advance(1)
      await keys.publicKeys()
      expect(reads()).toBe(2)
    }
  })

  it('that could not be read fail their call, and are tried again by the next', async () => {
    const { keys, fail } = await holding()
    fail(true)
    await expect(keys.signingKey()).rejects.toThrow()
    fail(false)
    expect(await keys.signingKey()).toHaveProperty('key')
  })

  it('are looked for once more for a name that is not known, however fresh they are, and at most once a minute', async () => {
    const { keys, reads, advance } = await holding()
    await keys.publicKeys()
    advance(1)
    for (let asked = 0; asked < 20; asked++) await keys.publicKeys('unknown')
    expect(reads()).toBe(2)
    advance(60)
    for (let asked = 0; asked < 20; asked++) await keys.publicKeys('unknown')
    expect(reads()).toBe(3)
  })

  it('that are good are given out though whoever keeps them says nothing, and are renewed when that answers', async () => {
    await ready()
    let now = START
    let answer = (_: ReadonlyMap<string, string>) => {}
    const kept = await testParameters.below('access/public')
    const answers = [Promise.resolve(kept), new Promise<typeof kept>((resolve) => (answer = resolve))]
    const keys = storedKeys({ below: async () => answers.shift() ?? new Map() }, () => now)
    const held = await keys.publicKeys()
    now += 299
    expect(await keys.publicKeys()).toEqual(held)
    const next = await newKeyPair(0, modulusLength)
    answer(new Map([['000002', next.publicKey]]))
    await new Promise(setImmediate)
    expect([...(await keys.publicKeys()).keys()]).toEqual([next.kid])
  })

  it('that cannot be read are not asked for at each call, whoever asks', async () => {
    const { keys, reads, advance, fail } = await holding()
    await keys.publicKeys()
    fail(true)
    advance(240)
    for (let asked = 0; asked < 100; asked++) await keys.publicKeys(asked % 2 ? 'unknown' : undefined)
    expect(reads()).toBeLessThanOrEqual(3)
  })

  it('of a read that began before the function was frozen are not believed after it', async () => {
    await ready()
    let now = START
    const answers: ((values: ReadonlyMap<string, string>) => void)[] = []
    const below: Parameters['below'] = () => new Promise((resolve) => answers.push(resolve))
    const keys = storedKeys({ below }, () => now)
    const begun = keys.publicKeys()
    now += 3600
    const thawed = keys.publicKeys()
    const next = await newKeyPair(0, modulusLength)
    answers[1]?.(new Map([['000002', next.publicKey]]))
    answers[0]?.(await testParameters.below('access/public'))
    await begun
    expect([...(await thawed).keys()]).toEqual([next.kid])
    expect([...(await keys.publicKeys()).keys()]).toEqual([next.kid])
  })

  it('are not trusted for longer by a clock that went back', async () => {
    const { keys, reads, advance } = await holding()
    await keys.publicKeys()
    advance(-3600)
    await keys.publicKeys()
    expect(reads()).toBe(2)
  })

  it('that are published sign when their time has come, with no second step', async () => {
    await ready()
    const parameters = testParameters.copy()
    const next = await newKeyPair(START + 100, modulusLength)
    await parameters.create('access/public', '000002', next.publicKey)
    await parameters.create('access/private', '000002', next.privateKey)
    const { keys, advance, reads } = await holding(parameters)
    expect((await keys.signingKey()).kid).not.toBe(next.kid)
    expect([...(await keys.publicKeys()).keys()]).toContain(next.kid)
    advance(100)
    expect((await keys.signingKey()).kid).toBe(next.kid)
    expect(reads()).toBe(2)
  })
})

describe('where keys are missing, short or malformed', () => {
  const { secret } = newSecret(0)
  const changed = (change: object) => JSON.stringify({ ...JSON.parse(secret), ...change })
  it.each<[string, string[]]>([
    ['none', []],
    ['no JSON', ['x']],
    ['no object', ['null']],
    ['a short secret', [changed({ key: 'c2hvcnQ' })]],
    ['no secret', [changed({ key: undefined })]],
    ['a name with a dot', [changed({ kid: '2026.11' })]],
    ['no name', [changed({ kid: '' })]],
    ['no time', [changed({ signsFrom: 'now' })]],
    ['one name twice', [secret, secret]],
    ['one good and one broken', [secret, 'x']],
  ])('every call fails, and says no more than which: %s', async (_, values) => {
    const parameters = memoryParameters(new Map(values.map((value, index) => [`refresh/${index}`, value])))
    const { keys } = await holding(parameters)
    const failure = await keys.refreshKeys().catch((error: Error) => error)
    expect(failure).toBeInstanceOf(Error)
    expect(String(failure)).toMatch(/key/i)
    expect(String(failure)).not.toContain(JSON.parse(secret).key)
  })

  it('a key of RSA that is short, or of another family, is none', async () => {
    const pem =
      '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA5dhMc8DcqN6XDlkRWYiWs3yfGyQq8yAmNmHvFmDeUeY=\n-----END PUBLIC KEY-----\n'
    const short = await newKeyPair(0, 1024)
    for (const value of [short.publicKey, JSON.stringify({ kid: 'a', signsFrom: 0, key: pem })]) {
      const { keys } = await holding(memoryParameters(new Map([['access/public/1', value]])))
      await expect(keys.publicKeys()).rejects.toThrow('Key 1 of access/public is missing, short or malformed')
    }
  })

  it('and none signs yet, nothing is signed', async () => {
    const { keys } = await holding(memoryParameters(new Map([['refresh/1', newSecret(START + 1).secret]])))
    await expect(keys.refreshKeys()).rejects.toThrow('There is no key that signs yet')
  })
})
