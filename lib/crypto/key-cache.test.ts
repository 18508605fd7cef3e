import { memoryParameters, modulusLength, ready, testParameters } from '../../tools/testing/keys.ts'
import { currentSignal, runWithSignal } from '../domain/invocation-signal.ts'
import { storedKeys } from './key-cache.ts'
import { newKeyPair, newSecret } from './key-material.ts'
import type { ParameterPath, Parameters } from './keys.ts'

const START = 1_800_000_000

/** Keys over parameters that can fail, with a test clock. Each read is counted. */
async function countedKeys(parameters: Parameters = testParameters, chance = 0) {
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
  it('are read once, also by fifty calls at once, and not before the first call', async () => {
    const { keys, reads } = await countedKeys()
    expect(reads()).toBe(0)
    await Promise.all(Array.from({ length: 50 }, () => keys.publicKeys()))
    await keys.publicKeys()
    expect(reads()).toBe(1)
  })

  it('are read to the end for all who wait, also when the invocation that began the read has ended', async () => {
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

  it('are read separately: a verifier never reads private keys', async () => {
    await ready()
    const paths: ParameterPath[] = []
    const below: Parameters['below'] = (path) => {
      paths.push(path)
      return testParameters.below(path)
    }
    await storedKeys({ below }, () => START).publicKeys()
    expect(paths).toEqual(['access/public'])
  })

  it('are read again after 4 minutes, and used for at most 5 minutes', async () => {
    const { keys, reads, advance, fail } = await countedKeys()
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

  it('are read again at different times by functions that started together', async () => {
    for (const [chance, renewedAt] of [
      [0, 240],
      [0.5, 210],
      [0.999, 181],
    ] as const) {
      const { keys, reads, advance } = await countedKeys(testParameters, chance)
      await keys.publicKeys()
      advance(renewedAt - 1)
      await keys.publicKeys()
      expect(reads()).toBe(1)
      advance(1)
      await keys.publicKeys()
      expect(reads()).toBe(2)
    }
  })

  it('that could not be read fail the call, and are read again by the next', async () => {
    const { keys, fail } = await countedKeys()
    fail(true)
    await expect(keys.signingKey()).rejects.toThrow()
    fail(false)
    expect(await keys.signingKey()).toHaveProperty('key')
  })

  it('are read again for an unknown id, at most once a minute', async () => {
    const { keys, reads, advance } = await countedKeys()
    await keys.publicKeys()
    advance(1)
    for (let asked = 0; asked < 20; asked++) await keys.publicKeys('unknown')
    expect(reads()).toBe(2)
    advance(60)
    for (let asked = 0; asked < 20; asked++) await keys.publicKeys('unknown')
    expect(reads()).toBe(3)
  })

  it('stay in use while the store does not answer, and are renewed when it does', async () => {
    await ready()
    let now = START
    let answer = (_: ReadonlyMap<string, string>) => {}
    const kept = await testParameters.below('access/public')
    const answers = [Promise.resolve(kept), new Promise<typeof kept>((resolve) => (answer = resolve))]
    const keys = storedKeys({ below: async () => answers.shift() ?? new Map() }, () => now)
    const before = await keys.publicKeys()
    now += 299
    expect(await keys.publicKeys()).toEqual(before)
    const next = await newKeyPair(0, modulusLength)
    answer(new Map([['000002', next.publicKey]]))
    await new Promise(setImmediate)
    expect([...(await keys.publicKeys()).keys()]).toEqual([next.kid])
  })

  it('that cannot be read are not requested at each call', async () => {
    const { keys, reads, advance, fail } = await countedKeys()
    await keys.publicKeys()
    fail(true)
    advance(240)
    for (let asked = 0; asked < 100; asked++) await keys.publicKeys(asked % 2 ? 'unknown' : undefined)
    expect(reads()).toBeLessThanOrEqual(3)
  })

  it('from a read that began before the function was frozen are not used afterwards', async () => {
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

  it('are not used for longer by a clock that went back', async () => {
    const { keys, reads, advance } = await countedKeys()
    await keys.publicKeys()
    advance(-3600)
    await keys.publicKeys()
    expect(reads()).toBe(2)
  })

  it('that are published sign from their time on, without a second step', async () => {
    await ready()
    const parameters = testParameters.copy()
    const next = await newKeyPair(START + 100, modulusLength)
    await parameters.create('access/public', '000002', next.publicKey)
    await parameters.create('access/private', '000002', next.privateKey)
    const { keys, advance, reads } = await countedKeys(parameters)
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
    ['one valid and one malformed', [secret, 'x']],
  ])('every call fails, and names no key: %s', async (_, values) => {
    const parameters = memoryParameters(new Map(values.map((value, index) => [`refresh/${index}`, value])))
    const { keys } = await countedKeys(parameters)
    const failure = await keys.refreshKeys().catch((error: Error) => error)
    expect(failure).toBeInstanceOf(Error)
    expect(String(failure)).toMatch(/key/i)
    expect(String(failure)).not.toContain(JSON.parse(secret).key)
  })

  it('an RSA key that is short, and a key of another kind, are refused', async () => {
    const pem =
      '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA5dhMc8DcqN6XDlkRWYiWs3yfGyQq8yAmNmHvFmDeUeY=\n-----END PUBLIC KEY-----\n'
    const short = await newKeyPair(0, 1024)
    for (const value of [short.publicKey, JSON.stringify({ kid: 'a', signsFrom: 0, key: pem })]) {
      const { keys } = await countedKeys(memoryParameters(new Map([['access/public/1', value]])))
      await expect(keys.publicKeys()).rejects.toThrow('Key 1 of access/public is missing, short or malformed')
    }
  })

  it('and where no key signs yet, nothing is signed', async () => {
    const { keys } = await countedKeys(
      memoryParameters(new Map([['refresh/1', newSecret(START + 1).secret]])),
    )
    await expect(keys.refreshKeys()).rejects.toThrow('There is no key that signs yet')
  })
})
