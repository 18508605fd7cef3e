import { randomUUID } from 'node:crypto'
import { type MemoryParameters, memoryParameters, modulusLength } from '../../tools/testing/keys.ts'
import { parties } from '../../tools/testing/test-services.ts'
import { LONGEST_SESSION_SECONDS } from '../domain/lifetimes.ts'
import { accessTokenIssuer, accessTokenVerifier } from './access-tokens.ts'
import { storedKeys } from './key-cache.ts'
import { signingNow } from './key-material.ts'
import { makeFirstKeys, revoke, rotate } from './key-rotation.ts'
import { keyStates, type Rotating } from './key-states.ts'
import { keyPaths } from './keys.ts'
import { refreshTokens } from './refresh-tokens.ts'

const START = 1_800_000_000
const DAY = 86_400
const MINUTE = 60

/** A deployment: parameters, a clock, and functions that read the keys at different times. */
async function deployment(functions = 6) {
  const parameters = memoryParameters()
  const clock = { now: START }
  await makeFirstKeys(parameters, { now: START, modulusLength })
  const instances = Array.from({ length: functions }, () => {
    const keys = storedKeys(parameters, () => clock.now)
    return {
      issuer: accessTokenIssuer(parties, keys),
      verifier: accessTokenVerifier(parties, keys),
      refresh: refreshTokens(keys),
    }
  })
  const run = (name: Rotating, everySeconds = 30 * DAY) =>
    rotate(parameters, name, { now: clock.now, everySeconds, modulusLength })
  /** Newest first. */
  const kids = async (name: Rotating) => (await keyStates(parameters, name)).map(({ kid }) => kid)
  return { parameters, clock, instances, run, kids }
}
type Deployment = Awaited<ReturnType<typeof deployment>>

const accessToken = ({ instances, clock }: Deployment, index: number, seconds = 900) =>
  (instances[index] as Deployment['instances'][number]).issuer.issue({
    userId: randomUUID(),
    sessionId: randomUUID(),
    roles: ['user'],
    withheldRoles: [],
    claimsVersion: 1,
    authTime: clock.now,
    amr: ['pwd'],
    acr: 'aal1',
    issuedAt: clock.now,
    expiresAt: clock.now + seconds,
  })

/** Parameters whose call number `after` of a kind fails. */
const failing = (
  parameters: MemoryParameters,
  action: 'create' | 'remove',
  after: number,
): MemoryParameters => {
  let calls = 0
  const call = async (...given: never[]) => {
    if (calls++ === after) throw new Error('killed')
    return (parameters[action] as (...given: never[]) => never)(...given)
  }
  return { ...parameters, [action]: call }
}

describe('ten rotations during logins, refreshes and verifications', () => {
  it('refuse no valid token, whichever function issued it and whichever verifies it', async () => {
    const fixture = await deployment()
    const alive: { token: string; expiresAt: number; kid: string }[] = []
    let verified = 0
    const seen = new Set<string>()
    const end = START + 10 * 30 * DAY + DAY
    for (let turn = 0; fixture.clock.now < end; turn++) {
      // The schedule is up to some hours late, and sometimes runs twice.
      if (turn % 5 === 0) await fixture.run('access')
      if (turn % 35 === 0) await fixture.run('access')
      const maker = turn % fixture.instances.length
      const token = await accessToken(fixture, maker, 3600)
      const { kid } = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())
      seen.add(kid)
      alive.push({ token, expiresAt: fixture.clock.now + 3600, kid })
      while (alive[0] && alive[0].expiresAt <= fixture.clock.now) alive.shift()
      for (const { token, expiresAt } of [alive[0], alive.at(-1)].filter((each) => each !== undefined)) {
        const reader = fixture.instances[
          (turn * 7 + 3) % fixture.instances.length
        ] as Deployment['instances'][number]
        if (expiresAt <= fixture.clock.now) continue
        verified++
        expect(await reader.verifier.verify(token, fixture.clock.now)).toBeDefined()
      }
      fixture.clock.now += turn % 3 === 0 ? 7 * 3600 : 20 * MINUTE
    }
    expect(seen.size).toBeGreaterThanOrEqual(10)
    expect(verified).toBeGreaterThan(100)
    // Only keys that may still be needed are stored: the one that signs, and one that waits or just retired.
    expect((await fixture.parameters.below('access/public')).size).toBeLessThanOrEqual(2)
    expect((await fixture.parameters.below('access/private')).size).toBeLessThanOrEqual(2)
  })

  it('of refresh keys refuse no session before its end', async () => {
    const fixture = await deployment(2)
    const [one, two] = fixture.instances as [Deployment['instances'][number], Deployment['instances'][number]]
    const family = { userId: randomUUID(), sessionId: randomUUID(), generation: 1 }
    const alive: { token: string; expiresAt: number }[] = []
    for (let day = 0; day < 330; day++) {
      await fixture.run('refresh')
      const expiresAt = fixture.clock.now + LONGEST_SESSION_SECONDS
      const refreshRate = { since: fixture.clock.now, refreshes: 0 }
      alive.push({
        token: await one.refresh.issue({ ...family, refreshRate, expiresAt }, fixture.clock.now),
        expiresAt,
      })
      const oldest = alive.find((each) => each.expiresAt > fixture.clock.now)
      expect(oldest && (await two.refresh.verify(oldest.token, fixture.clock.now))).toBeDefined()
      fixture.clock.now += DAY
    }
    expect((await fixture.parameters.below('refresh')).size).toBeLessThanOrEqual(5)
  })
})

describe('a rotation', () => {
  it('publishes the next key at least two hours before it signs, and removes the old one once its tokens have expired', async () => {
    const fixture = await deployment()
    const [first] = await fixture.kids('access')
    fixture.clock.now += 30 * DAY
    expect(await fixture.run('access')).toEqual({ made: [expect.any(String)], retired: [] })
    const [second] = await keyStates(fixture.parameters, 'access')
    expect(second?.signsFrom).toBe(fixture.clock.now + 7800)

    fixture.clock.now += 7800 + 600
    await fixture.run('access')
    expect(await fixture.kids('access')).toEqual([second?.kid, first])
    expect([...(await fixture.parameters.below('access/private')).keys()]).toEqual([second?.number])
    fixture.clock.now += 3600 - 1
    expect((await fixture.run('access')).retired).toEqual([])
    fixture.clock.now += 1
    expect((await fixture.run('access')).retired).toEqual([first])
    expect(await fixture.kids('access')).toEqual([second?.kid])
  })

  it('that is not due changes nothing', async () => {
    const fixture = await deployment()
    const before = new Map(fixture.parameters.kept)
    fixture.clock.now += 29 * DAY
    expect(await fixture.run('access')).toEqual({ made: [], retired: [] })
    expect(fixture.parameters.kept).toEqual(before)
  })

  it('makes one key for ten calls at once, and for two calls in a row', async () => {
    const fixture = await deployment()
    fixture.clock.now += 30 * DAY
    await Promise.all(Array.from({ length: 10 }, () => fixture.run('access')))
    await fixture.run('access')
    const keys = await keyStates(fixture.parameters, 'access')
    expect(keys.map(({ isWhole }) => isWhole)).toEqual([true, true])
  })

  it.each([0, 1])(
    'that fails at write %i is completed by the next, and half a key never signs',
    async (after) => {
      const fixture = await deployment()
      fixture.clock.now += 30 * DAY
      const killed = failing(fixture.parameters, 'create', after)
      await expect(
        rotate(killed, 'access', { now: fixture.clock.now, everySeconds: DAY, modulusLength }),
      ).rejects.toThrow()
      fixture.clock.now += DAY
      expect((await fixture.run('access')).made).toHaveLength(1)
      for (let day = 0; day < 3; day++) {
        fixture.clock.now += DAY
        for (let index = 0; index < fixture.instances.length; index++) {
          const token = await accessToken(fixture, index)
          for (const { verifier } of fixture.instances)
            expect(await verifier.verify(token, fixture.clock.now)).toBeDefined()
        }
        await fixture.run('access')
      }
      expect(await fixture.kids('access')).toHaveLength(1)
    },
  )

  it.each([0, 1])('that fails at removal %i loses no key that is needed', async (after) => {
    const fixture = await deployment()
    fixture.clock.now += 30 * DAY
    await fixture.run('access')
    fixture.clock.now += DAY
    const killed = failing(fixture.parameters, 'remove', after)
    await rotate(killed, 'access', { now: fixture.clock.now, everySeconds: 30 * DAY, modulusLength }).catch(
      () => undefined,
    )
    const token = await accessToken(fixture, 0)
    expect(await fixture.instances[1]?.verifier.verify(token, fixture.clock.now)).toBeDefined()
    await fixture.run('access')
    expect(await fixture.kids('access')).toHaveLength(1)
    expect((await fixture.parameters.below('access/private')).size).toBe(1)
  })

  it('completes no key twice when the list of keys is late', async () => {
    const fixture = await deployment()
    fixture.clock.now += 30 * DAY
    let looks = 0
    const lagging: MemoryParameters = {
      ...fixture.parameters,
      async below(path) {
        const values = new Map(await fixture.parameters.below(path))
        // The list of public keys omits the next key once.
        if (path === 'access/public' && values.has('000002') && looks++ === 0) values.delete('000002')
        return values
      },
    }
    const { made } = await rotate(lagging, 'access', {
      now: fixture.clock.now,
      everySeconds: DAY,
      modulusLength,
    })
    expect(made).toHaveLength(1)
    const keys = await keyStates(fixture.parameters, 'access')
    expect(keys.map(({ isWhole }) => isWhole)).toEqual([true, true])
  })

  it('without a first key fails, and says what to do', async () => {
    await expect(rotate(memoryParameters(), 'access', { now: START, everySeconds: 1 })).rejects.toThrow(
      'run setup',
    )
  })
})

describe('a revoked key', () => {
  it('is refused by every function within 5 minutes, and another key signs at once', async () => {
    const fixture = await deployment()
    const tokens = await Promise.all(fixture.instances.map((_, index) => accessToken(fixture, index, 3600)))
    // Functions that read the keys at different times.
    for (const [index, { verifier }] of fixture.instances.entries()) {
      fixture.clock.now += index * 20
      await verifier.verify(String(tokens[0]), fixture.clock.now)
    }
    const [kid] = await fixture.kids('access')
    const done = await revoke(fixture.parameters, 'access', String(kid), {
      now: fixture.clock.now,
      modulusLength,
    })
    expect(done).toEqual({ made: [expect.any(String)], retired: [kid] })
    fixture.clock.now += 300
    for (const { verifier } of fixture.instances) {
      for (const token of tokens) expect(await verifier.verify(token, fixture.clock.now)).toBeUndefined()
    }
    const next = await accessToken(fixture, 0)
    for (const { verifier } of fixture.instances)
      expect(await verifier.verify(next, fixture.clock.now)).toBeDefined()
  })

  it('that was not used yet leaves the current one in place', async () => {
    const fixture = await deployment()
    fixture.clock.now += 30 * DAY
    await fixture.run('access')
    const [waiting, first] = await fixture.kids('access')
    await revoke(fixture.parameters, 'access', String(waiting), { now: fixture.clock.now, modulusLength })
    expect(await fixture.kids('access')).toEqual([first])
  })

  it('is not removed before another key signs, though a rotation takes the next number meanwhile', async () => {
    const fixture = await deployment()
    fixture.clock.now += 30 * DAY
    const [kid] = await fixture.kids('access')
    let isFirst = true
    const racing: MemoryParameters = {
      ...fixture.parameters,
      async create(...given) {
        if (isFirst) {
          isFirst = false
          await fixture.run('access')
        }
        return fixture.parameters.create(...given)
      },
    }
    await revoke(racing, 'access', String(kid), { now: fixture.clock.now, modulusLength })
    fixture.clock.now += 300
    const token = await accessToken(fixture, 0)
    for (const { verifier } of fixture.instances)
      expect(await verifier.verify(token, fixture.clock.now)).toBeDefined()
  })

  it('with only one half left is not paired with a new half', async () => {
    const fixture = await deployment()
    await fixture.parameters.remove('access/public', '000001')
    await makeFirstKeys(fixture.parameters, { now: fixture.clock.now, modulusLength })
    fixture.clock.now += 600
    const token = await accessToken(fixture, 0)
    for (const { verifier } of fixture.instances)
      expect(await verifier.verify(token, fixture.clock.now)).toBeDefined()
    expect((await fixture.parameters.below('access/private')).size).toBe(1)
  })

  it('is followed at once by another, though the operator’s clock is ahead', async () => {
    const fixture = await deployment()
    const [kid] = await fixture.kids('refresh')
    await revoke(fixture.parameters, 'refresh', String(kid), {
      now: fixture.clock.now + 5 * MINUTE,
      modulusLength,
    })
    fixture.clock.now += 300
    const family = { userId: randomUUID(), sessionId: randomUUID(), generation: 1 }
    const refreshRate = { since: fixture.clock.now, refreshes: 0 }
    const made = fixture.instances[0]?.refresh.issue(
      { ...family, refreshRate, expiresAt: fixture.clock.now + DAY },
      fixture.clock.now,
    )
    expect(await fixture.instances[1]?.refresh.verify(String(await made), fixture.clock.now)).toMatchObject(
      family,
    )
  })

  it('is replaced by one that functions sign with, listed after the next key', async () => {
    const fixture = await deployment()
    fixture.clock.now += 30 * DAY
    await fixture.run('access')
    const [waiting, first] = await fixture.kids('access')
    const { made } = await revoke(fixture.parameters, 'access', String(first), {
      now: fixture.clock.now,
      modulusLength,
    })
    const keys = await keyStates(fixture.parameters, 'access')
    expect(keys.map(({ number, kid }) => [number, kid])).toEqual([
      ['000002', waiting],
      ['000003', made[0]],
    ])
    expect(signingNow(keys, fixture.clock.now)?.kid).toBe(made[0])
    expect((await storedKeys(fixture.parameters, () => fixture.clock.now).signingKey()).kid).toBe(made[0])
  })

  it('must exist', async () => {
    const { parameters } = await deployment(1)
    await expect(revoke(parameters, 'access', 'unknown', { now: START })).rejects.toThrow(
      'There is no key unknown',
    )
  })
})

describe('the first keys', () => {
  it('are of every kind, sign at once, and stay when they are made again', async () => {
    const { parameters } = await deployment(1)
    for (const path of keyPaths) expect((await parameters.below(path)).size).toBe(1)
    const before = new Map(parameters.kept)
    expect(await makeFirstKeys(parameters, { now: START + DAY, modulusLength })).toEqual([])
    expect(parameters.kept).toEqual(before)
  })

  it('of a stage that lacks some are made, and the others stay', async () => {
    const { parameters } = await deployment(1)
    const before = new Map(parameters.kept)
    for (const path of ['factors', 'recovery-codes'] as const) await parameters.remove(path, '000001')
    const made = await makeFirstKeys(parameters, { now: START + DAY, modulusLength })
    expect(made).toEqual(['factors', 'recovery-codes'])
    for (const [name, value] of before)
      if (!/^(factors|recovery-codes)/.test(name)) expect(parameters.kept.get(name)).toBe(value)
  })

  it('made by ten calls at once are one of each kind', async () => {
    const parameters = memoryParameters()
    await Promise.all(
      Array.from({ length: 10 }, () => makeFirstKeys(parameters, { now: START, modulusLength })),
    )
    for (const path of keyPaths) expect([path, (await parameters.below(path)).size]).toEqual([path, 1])
  })

  it('are completed when the first attempt failed', async () => {
    for (let after = 0; after < keyPaths.length; after++) {
      const parameters = memoryParameters()
      const killed = failing(parameters, 'create', after)
      await expect(makeFirstKeys(killed, { now: START, modulusLength })).rejects.toThrow('killed')
      await makeFirstKeys(parameters, { now: START, modulusLength })
      const keys = storedKeys(parameters, () => START)
      const { kid } = await keys.signingKey()
      expect([...(await keys.publicKeys()).keys()]).toContain(kid)
      const { refreshKeys, peppers, keyedHashKey, factorKeys, recoveryCodeKeys } = keys
      for (const read of [refreshKeys, peppers, keyedHashKey, factorKeys, recoveryCodeKeys])
        expect(await read()).toBeDefined()
    }
  })

  it('fit into a parameter', async () => {
    const parameters = memoryParameters()
    await makeFirstKeys(parameters, { now: START })
    expect(parameters.kept.size).toBeGreaterThan(4)
    for (const value of parameters.kept.values()) expect(Buffer.byteLength(value)).toBeLessThan(4096)
  })
})
