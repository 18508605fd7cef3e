import { type TestServices, testServices } from '../../tools/testing/test-services.ts'
import { admit } from './admission.ts'
import { LONGEST_SESSION_SECONDS } from './lifetimes.ts'
import { limits } from './limits.ts'
import type { Policy } from './policy.ts'
import type { Ports } from './ports.ts'
import type { SecurityEvent } from './security-events.ts'
import { refreshSession } from './session-refresh.ts'
import { endSession, openSession } from './sessions.ts'
import { signUp } from './sign-up.ts'
import type { TokenPair } from './token-pairs.ts'
import type { Account } from './users.ts'

const client = { userAgent: 'a test', ip: '198.51.100.7' }
const DAY = 86_400

async function loggedIn(change: Parameters<typeof testServices>[0] = {}) {
  const events: SecurityEvent[] = []
  const ports: TestServices & Ports = {
    ...testServices(change),
    events: { record: (event) => events.push(event) },
  }
  const first = await signUp(ports, {
    email: 'ada@example.com',
    password: 'correct horse battery',
    name: 'Ada',
    locale: 'en',
    client,
  })
  if (!first) throw new Error('The sign-up opened no session')
  const { account } = first
  const [session] = [...ports.tables.sessions.values()]
  if (!session) throw new Error('No session was opened')
  const changeAccount = (fields: Partial<Account>) =>
    ports.tables.accounts.set(account.id, { ...account, ...fields })
  const stored = () => ports.tables.sessions.get(session.id)
  return {
    ports,
    events,
    account,
    first,
    session,
    change: changeAccount,
    stored,
    refresh: (pair: TokenPair) => refreshSession(ports, pair.refreshToken),
  }
}

const types = (events: readonly SecurityEvent[]) => events.map(({ type }) => type)

const admitted = (policy: Policy, account: Account) => {
  const admission = admit(policy, account, { amr: ['pwd'], client })
  if (typeof admission === 'string') throw new Error(admission)
  return admission
}

describe('opening a session', () => {
  it('issues tokens with the lifetimes of the settings', async () => {
    const { first, session, ports, account } = await loggedIn()
    expect(first).toMatchObject({ accessTokenSeconds: 900, refreshTokenSeconds: 14 * DAY })
    expect(session).toMatchObject({
      userId: account.id,
      sessionVersion: 1,
      generation: 1,
      amr: ['pwd'],
      ...client,
    })
    expect(await ports.accessTokenVerifier.verify(first.accessToken, ports.clock.now())).toEqual({
      userId: account.id,
      sessionId: session.id,
      roles: ['user'],
      claimsVersion: 1,
      expiresAt: ports.clock.now() + 900,
      authTime: ports.clock.now(),
      acr: 'aal1',
    })
  })
})

describe('refreshing', () => {
  it('moves to the next generation and extends the idle end, never the absolute one', async () => {
    const { ports, first, session, stored, refresh } = await loggedIn()
    ports.clock.advance(3 * DAY)
    const second = await refresh(first)
    expect(second.refreshToken).not.toBe(first.refreshToken)
    expect(stored()).toMatchObject({
      generation: 2,
      lastUsedAt: ports.clock.now(),
      idleExpiresAt: ports.clock.now() + 14 * DAY,
      expiresAt: session.expiresAt,
    })
  })

  it('issues the current claims, not those of the login', async () => {
    const { ports, first, change, refresh } = await loggedIn()
    change({ roles: ['user', 'admin'], claimsVersion: 7 })
    const { accessToken } = await refresh(first)
    expect(await ports.accessTokenVerifier.verify(accessToken, ports.clock.now())).toMatchObject({
      roles: ['user', 'admin'],
      claimsVersion: 7,
    })
  })

  it('never issues an access token that outlives the session', async () => {
    const { ports, first, session, refresh } = await loggedIn()
    let pair = first
    for (const wait of [13 * DAY, 13 * DAY, 4 * DAY - 100]) {
      ports.clock.advance(wait)
      pair = await refresh(pair)
    }
    expect(session.expiresAt - ports.clock.now()).toBe(100)
    expect(pair).toMatchObject({ accessTokenSeconds: 100, refreshTokenSeconds: 100 })
  })

  it.each([undefined, '', 'x', 'a.b.c'])('refuses a text that is not our token: %j', async (token) => {
    const { ports } = await loggedIn()
    await expect(refreshSession(ports, token)).rejects.toMatchObject({ code: 'invalid_refresh_token' })
  })

  it('refuses an access token', async () => {
    const { ports, first } = await loggedIn()
    await expect(refreshSession(ports, first.accessToken)).rejects.toMatchObject({
      code: 'invalid_refresh_token',
    })
  })
})

describe('a session that is refreshed too often', () => {
  it('must wait for the rest of the minute after 60 refreshes, and continues then', async () => {
    const { ports, first, stored, refresh } = await loggedIn({ limits })
    let newest = first
    for (let time = 0; time < 60; time++) newest = await refresh(newest)
    ports.clock.advance(59)
    await expect(refresh(newest)).rejects.toMatchObject({ code: 'too_many_attempts', retryAfter: 1 })
    expect(stored()?.generation).toBe(61)
    ports.clock.advance(1)
    for (let time = 0; time < 60; time++) newest = await refresh(newest)
    await expect(refresh(newest)).rejects.toMatchObject({ code: 'too_many_attempts', retryAfter: 60 })
  })
})

describe('fifty refreshes of one token at once', () => {
  it('all succeed, and lead to one next generation', async () => {
    const { first, events, stored, refresh } = await loggedIn()
    const pairs = await Promise.all(Array.from({ length: 50 }, () => refresh(first)))
    expect(stored()?.generation).toBe(2)
    expect(new Set(pairs.map(({ refreshToken }) => refreshToken)).size).toBe(1)
    expect(types(events).filter((type) => type === 'session.grace_used')).toHaveLength(49)
  })
})

describe('an old refresh token', () => {
  it('is accepted within the grace period if it is the direct predecessor, and nothing is written', async () => {
    const { ports, first, stored, refresh } = await loggedIn()
    const second = await refresh(first)
    const before = stored()
    ports.clock.advance(59)
    const again = await refresh(first)
    expect(stored()).toEqual(before)
    ports.clock.advance(1000)
    // The accepted request got the current generation, as the first one did.
    const claimsOf = ({ refreshToken }: TokenPair) =>
      ports.refreshTokens.verify(refreshToken, ports.clock.now())
    expect(await claimsOf(again)).toEqual(await claimsOf(second))
    expect((await claimsOf(again))?.generation).toBe(2)
    await expect(refresh(again)).resolves.toBeDefined()
  })

  it.each([
    { what: 'the predecessor after the grace period', rotations: 1, wait: 60, grace: 60 },
    { what: 'the predecessor where there is no grace period', rotations: 1, wait: 0, grace: 0 },
    { what: 'the one before the predecessor', rotations: 2, wait: 0, grace: 60 },
    { what: 'one of many generations ago', rotations: 5, wait: 0, grace: 300 },
  ])('ends the session: $what', async ({ rotations, wait, grace }) => {
    const { ports, first, session, events, stored, refresh } = await loggedIn({
      lifetimes: { refreshGraceSeconds: grace },
    })
    let newest = first
    for (let rotated = 0; rotated < rotations; rotated++) newest = await refresh(newest)
    ports.clock.advance(wait)

    await expect(refresh(first)).rejects.toMatchObject({ code: 'refresh_token_reused' })
    expect(types(events)).toContain('session.reuse_detected')
    expect(stored()).toBeUndefined()
    expect(ports.tables.revokedFamilies.get(session.id)).toBe(session.expiresAt + 3900)

    // Thief and owner are both logged out: no token refreshes, and no access token is admitted.
    await expect(refresh(newest)).rejects.toMatchObject({ code: 'session_ended' })
    const subject = await ports.accessTokenVerifier.verify(newest.accessToken, ports.clock.now())
    expect(subject && (await ports.denylist.denies(subject))).toBe(true)
  })

  it('ends only its own session', async () => {
    const { ports, account, first, refresh } = await loggedIn()
    const other = await openSession(ports, admitted(ports.policy, account))
    await refresh(await refresh(first))
    await expect(refresh(first)).rejects.toMatchObject({ code: 'refresh_token_reused' })
    await expect(refresh(other)).resolves.toBeDefined()
  })

  it('is accepted if the SDK sent our own write twice, whatever the grace period', async () => {
    const { ports, first } = await loggedIn({ lifetimes: { refreshGraceSeconds: 0 } })
    const { rotate } = ports.sessions
    const resent = {
      ...ports.sessions,
      rotate: async (rotation: Parameters<typeof rotate>[0]) => {
        await rotate(rotation)
        return rotate(rotation)
      },
    }
    await expect(refreshSession({ ...ports, sessions: resent }, first.refreshToken)).resolves.toBeDefined()
  })
})

describe('a session has ended', () => {
  it.each([
    ['idle for too long', 14 * DAY],
    ['past its absolute end', 31 * DAY],
  ])('when it was %s, although its item still exists', async (_, wait) => {
    const { ports, first, stored, refresh } = await loggedIn()
    ports.clock.advance(wait)
    await expect(refresh(first)).rejects.toMatchObject({
      code: wait > 30 * DAY ? 'invalid_refresh_token' : 'session_ended',
    })
    expect(stored()).toMatchObject({ generation: 1 })
  })

  it('one second after its idle end', async () => {
    const { ports, first, refresh } = await loggedIn()
    ports.clock.advance(14 * DAY - 1)
    const second = await refresh(first)
    ports.clock.advance(14 * DAY)
    await expect(refresh(second)).rejects.toMatchObject({ code: 'session_ended' })
  })

  it.each<[string, Partial<Account>]>([
    ['its user was disabled', { status: 'disabled' }],
    ['its user has a new session version', { sessionVersion: 2 }],
  ])('when %s, for the current token and for its predecessor', async (_, fields) => {
    const { first, change, refresh } = await loggedIn()
    await refresh(first)
    change(fields)
    await expect(refresh(first)).rejects.toMatchObject({ code: 'session_ended' })
    const other = await loggedIn()
    other.change(fields)
    await expect(other.refresh(other.first)).rejects.toMatchObject({ code: 'session_ended' })
  })

  it('when its user was deleted', async () => {
    const { ports, first, account, refresh } = await loggedIn()
    ports.tables.accounts.delete(account.id)
    await expect(refresh(first)).rejects.toMatchObject({ code: 'session_ended' })
  })

  it('when its family is denied, though the store failed before the session was deleted', async () => {
    const { ports, first, session, refresh } = await loggedIn()
    ports.tables.revokedFamilies.set(session.id, session.expiresAt)
    await expect(refresh(first)).rejects.toMatchObject({ code: 'session_ended' })
  })
})

describe('a store that does not answer', () => {
  it('neither admits nor looks like theft', async () => {
    const { ports, first, events, stored, refresh } = await loggedIn()
    const broken = { ...ports.sessions, currentState: () => Promise.reject(new Error('no answer')) }
    await expect(refreshSession({ ...ports, sessions: broken }, first.refreshToken)).rejects.toThrow(
      'no answer',
    )
    expect(types(events)).not.toContain('session.reuse_detected')
    expect(stored()).toBeDefined()
    // The client retries with its token, which is the predecessor by now.
    await expect(refresh(first)).resolves.toBeDefined()
  })
})

describe('an outage of the store', () => {
  type LoggedIn = Awaited<ReturnType<typeof loggedIn>>
  const down = () => Promise.reject(new Error('no answer'))
  /** A refresh whose rotation is written and that fails afterwards. */
  const failing = (fixture: LoggedIn, change: Partial<Ports['sessions']>, more: Partial<Ports> = {}) =>
    expect(
      refreshSession(
        { ...fixture.ports, ...more, sessions: { ...fixture.ports.sessions, ...change } },
        fixture.first.refreshToken,
      ),
    ).rejects.toThrow('no answer')
  const lostAnswer = ({ ports: { sessions } }: LoggedIn) => ({
    rotate: async (rotation: Parameters<typeof sessions.rotate>[0]) => {
      await sessions.rotate(rotation)
      return down()
    },
  })

  it.each<[string, (fixture: LoggedIn) => Promise<void>]>([
    ['the reads fail', (fixture) => failing(fixture, { currentState: down })],
    ['the answer to the rotation is lost', (fixture) => failing(fixture, lostAnswer(fixture))],
    ['both', (fixture) => failing(fixture, { ...lostAnswer(fixture), currentState: down })],
    [
      'nothing can be signed',
      (fixture) =>
        failing(fixture, {}, { accessTokenIssuer: { ...fixture.ports.accessTokenIssuer, issue: down } }),
    ],
  ])('keeps the predecessor valid until the next rotation where %s', async (_, fail) => {
    const fixture = await loggedIn()
    await fail(fixture)
    const before = fixture.stored()
    expect(before).toMatchObject({ generation: 2, rotatedAt: fixture.session.expiresAt })
    fixture.ports.clock.advance(3 * DAY)
    const next = await fixture.refresh(fixture.first)
    expect(fixture.stored()).toEqual(before)
    expect(types(fixture.events)).not.toContain('session.reuse_detected')

    const newest = await fixture.refresh(next)
    fixture.ports.clock.advance(61)
    // The token of generation 2 is now the predecessor, and its grace period is over.
    await expect(fixture.refresh(next)).rejects.toMatchObject({ code: 'refresh_token_reused' })
    await expect(fixture.refresh(newest)).rejects.toMatchObject({ code: 'session_ended' })
  })

  it('keeps the predecessor valid where the reads of its own retry fail', async () => {
    const fixture = await loggedIn()
    await fixture.refresh(fixture.first)
    fixture.ports.clock.advance(59)
    await failing(fixture, { currentState: down })
    fixture.ports.clock.advance(1000)
    await expect(fixture.refresh(fixture.first)).resolves.toBeDefined()
  })

  it.each<[string, number, number]>([
    ['a predecessor after its grace period', 1, 60],
    ['an older generation', 2, 0],
  ])('does not accept what was theft before it: %s', async (_, rotations, wait) => {
    const fixture = await loggedIn()
    let newest = fixture.first
    for (let rotated = 0; rotated < rotations; rotated++) newest = await fixture.refresh(newest)
    fixture.ports.clock.advance(wait)
    const before = fixture.stored()
    await failing(fixture, { currentState: down })
    expect(fixture.stored()).toEqual(before)
    await expect(fixture.refresh(fixture.first)).rejects.toMatchObject({ code: 'refresh_token_reused' })
  })

  it('changes nothing if another rotation came in between', async () => {
    const fixture = await loggedIn()
    const currentState = async () => {
      // The client got its answer elsewhere and has rotated again.
      for (let time = 0; time < 5; time++) await new Promise((resolve) => setImmediate(resolve))
      await fixture.refresh(await fixture.refresh(fixture.first))
      return down()
    }
    await failing(fixture, { currentState })
    expect(fixture.stored()).toMatchObject({ generation: 3, rotatedAt: fixture.ports.clock.now() })
  })

  it('extends no session, and restores none', async () => {
    const fixture = await loggedIn()
    await failing(fixture, { currentState: down })
    expect(fixture.stored()).toMatchObject({
      expiresAt: fixture.session.expiresAt,
      idleExpiresAt: fixture.ports.clock.now() + 14 * DAY,
    })
    fixture.ports.clock.advance(14 * DAY)
    await expect(fixture.refresh(fixture.first)).rejects.toMatchObject({ code: 'session_ended' })

    const other = await loggedIn()
    await failing(other, {
      currentState: async () => {
        await endSession(other.ports, other.first)
        return down()
      },
    })
    expect(other.stored()).toBeUndefined()
  })

  it('is reported as such where the predecessor cannot be kept either', async () => {
    const fixture = await loggedIn()
    const keepPredecessor = () => Promise.reject(new Error('another answer'))
    await failing(fixture, { currentState: down, keepPredecessor })
    expect(fixture.stored()).toMatchObject({ rotatedAt: fixture.ports.clock.now() })
  })

  it('while a stolen session is revoked does not save the session', async () => {
    const fixture = await loggedIn()
    await fixture.refresh(await fixture.refresh(fixture.first))
    const before = fixture.stored()
    await failing(fixture, { revoke: down })
    expect(fixture.stored()).toEqual(before)
    await expect(fixture.refresh(fixture.first)).rejects.toMatchObject({ code: 'refresh_token_reused' })
  })
})

describe('a refused refresh', () => {
  it('has no write in progress: a later write would make the retry look like theft', async () => {
    const { ports, first } = await loggedIn()
    let landed = false
    const sessions = {
      ...ports.sessions,
      currentState: () => Promise.reject(new Error('no answer')),
      rotate: async (rotation: Parameters<typeof ports.sessions.rotate>[0]) => {
        await new Promise((resolve) => setTimeout(resolve, 20))
        landed = true
        return ports.sessions.rotate(rotation)
      },
    }
    await expect(refreshSession({ ...ports, sessions }, first.refreshToken)).rejects.toThrow('no answer')
    expect(landed).toBe(true)
  })
})

describe('ending a session', () => {
  it('accepts a refresh token, and denies the access token at once', async () => {
    const { ports, first, session, stored } = await loggedIn()
    await endSession(ports, { refreshToken: first.refreshToken, accessToken: undefined })
    expect(stored()).toBeUndefined()
    const subject = await ports.accessTokenVerifier.verify(first.accessToken, ports.clock.now())
    expect(subject && (await ports.denylist.denies(subject))).toBe(true)
    expect(ports.tables.revokedFamilies.get(session.id)).toBe(session.expiresAt + 3900)
  })

  it('accepts an access token alone, and denies the session for the longest possible lifetime', async () => {
    const { ports, first, session, stored } = await loggedIn()
    await endSession(ports, { refreshToken: undefined, accessToken: first.accessToken })
    expect(stored()).toBeUndefined()
    expect(ports.tables.revokedFamilies.get(session.id)).toBe(
      ports.clock.now() + LONGEST_SESSION_SECONDS + 3900,
    )
  })

  it('accepts an expired access token with a valid refresh token', async () => {
    const { ports, first, stored } = await loggedIn()
    ports.clock.advance(901)
    await endSession(ports, first)
    expect(stored()).toBeUndefined()
  })

  it('ends both sessions if the two tokens belong to two', async () => {
    const { ports, account, first } = await loggedIn()
    const other = await openSession(ports, admitted(ports.policy, account))
    await endSession(ports, { refreshToken: first.refreshToken, accessToken: other.accessToken })
    expect(ports.tables.sessions.size).toBe(0)
  })

  it('succeeds a second time, and with invalid tokens', async () => {
    const { ports, first, events } = await loggedIn()
    await endSession(ports, first)
    await endSession(ports, first)
    await endSession(ports, { refreshToken: 'x', accessToken: undefined })
    await endSession(ports, { refreshToken: undefined, accessToken: undefined })
    expect(types(events).filter((type) => type === 'session.revoked')).toHaveLength(2)
  })

  it('during fifty refreshes leaves no usable token', async () => {
    const { ports, first, session, refresh } = await loggedIn()
    const some = () => Array.from({ length: 25 }, () => refresh(first))
    const before = some()
    // Without this wait all refreshes lose, and there are no tokens to check.
    await Promise.any(before)
    const race = await Promise.allSettled([...before, endSession(ports, first), ...some()])
    const pairs = race.flatMap((outcome) => (outcome.status === 'fulfilled' && outcome.value) || [])
    expect(pairs.length).toBeGreaterThan(0)
    for (const pair of pairs) await expect(refresh(pair)).rejects.toMatchObject({ code: 'session_ended' })
    expect(ports.tables.revokedFamilies.has(session.id)).toBe(true)
  })
})

describe('where no signing key can be read', () => {
  it('nothing is rotated, so that a later retry is not theft', async () => {
    const { ports, first, stored, refresh } = await loggedIn()
    const down = () => Promise.reject(new Error('SSM does not answer'))
    const accessTokenIssuer = { ready: down, issue: down }
    await expect(refreshSession({ ...ports, accessTokenIssuer }, first.refreshToken)).rejects.toThrow('SSM')
    expect(stored()?.generation).toBe(1)
    ports.clock.advance(3600)
    expect(await refresh(first)).toBeDefined()
  })
})
