import fc from 'fast-check'
import { limited, testServices } from '../../tools/testing/test-services.ts'
import { type Limits, limits, lockSeconds } from './limits.ts'
import { subjectOfIp } from './rate-limiter.ts'

const DAY = 86_400
const email = 'ada@example.com'
const standard = (change: Partial<Limits> = {}) => testServices({ limits: { ...limits, ...change } })
const refused = (retryAfter: number) => ({ code: 'too_many_attempts', retryAfter })

describe('attempts at a password', () => {
  const failing = async (times: number) => {
    const services = standard()
    for (let tried = 1; tried <= times; tried++)
      expect(await services.rateLimiter.reserveAttempt(email)).toBe(tried)
    return services
  }

  it('are five without a wait; then the wait doubles from 1 s to at most 15 minutes', async () => {
    const services = await failing(5)
    for (const wait of [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]) {
      await expect(services.rateLimiter.reserveAttempt(email)).rejects.toMatchObject(refused(wait))
      services.clock.advance(wait - 1)
      if (wait > 1) await expect(services.rateLimiter.reserveAttempt(email)).rejects.toMatchObject(refused(1))
      services.clock.advance(1)
      await services.rateLimiter.reserveAttempt(email)
    }
  })

  it('that are refused do not extend the wait', async () => {
    const services = await failing(5)
    for (let again = 0; again < 20; again++) {
      await expect(services.rateLimiter.reserveAttempt(email)).rejects.toMatchObject(refused(1))
    }
  })

  it('start again after the right password', async () => {
    const services = await failing(9 - 4)
    await services.rateLimiter.resetAttempts(email)
    expect(await services.rateLimiter.reserveAttempt(email)).toBe(1)
  })

  it('are forgotten a day after the last, and not a second earlier', async () => {
    const services = await failing(5)
    services.clock.advance(DAY - 1)
    expect(await services.rateLimiter.reserveAttempt(email)).toBe(6)
    services.clock.advance(DAY)
    expect(await services.rateLimiter.reserveAttempt(email)).toBe(1)
    expect(await services.rateLimiter.reserveAttempt(email)).toBe(2)
  })

  it('from an instance whose clock is behind are not more', async () => {
    const services = await failing(5)
    services.clock.advance(-60)
    await expect(services.rateLimiter.reserveAttempt(email)).rejects.toMatchObject(refused(61))
  })

  it('after a wait succeed once of fifty at once', async () => {
    const services = await failing(5)
    services.clock.advance(1)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, () => services.rateLimiter.reserveAttempt(email)),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('lock for at most the configured time, from the configured count on', () => {
    const budgets = fc.record({
      most: fc.integer({ min: 1, max: 50 }),
      seconds: fc.integer({ min: 1, max: 9999 }),
    })
    fc.assert(
      fc.property(budgets, fc.nat(10_000), (budget, failures) => {
        const lock = lockSeconds(failures, budget)
        expect(lock).toBeLessThanOrEqual(budget.seconds)
        expect(lock > 0).toBe(failures >= budget.most)
      }),
    )
  })
})

describe('a limit', () => {
  const take = ({ rateLimiter }: ReturnType<typeof standard>, subject = email) =>
    rateLimiter.take('forgotPerEmail', subject)

  it('counts its requests in a window, and says when the next window begins', async () => {
    const services = standard()
    for (let taken = 0; taken < 3; taken++) await take(services)
    const refusal = await take(services).catch((error) => error)
    expect(refusal).toMatchObject({ code: 'too_many_attempts' })
    expect(refusal.retryAfter).toBeGreaterThan(0)
    expect(refusal.retryAfter).toBeLessThanOrEqual(900)
    services.clock.advance(refusal.retryAfter - 1)
    await expect(take(services)).rejects.toMatchObject(refused(1))
    services.clock.advance(1)
    await take(services)
  })

  it('counts each subject and each limit separately', async () => {
    const services = limited(standard(), { forgotPerEmail: { most: 1, seconds: 900 } })
    await take(services)
    await take(services, 'eve@example.com')
    await services.rateLimiter.take('resendPerEmail', email)
    await expect(take(services)).rejects.toMatchObject({ code: 'too_many_attempts' })
  })

  it('stores no email and no address', async () => {
    const services = standard()
    await take(services)
    await services.rateLimiter.take('loginPerIp', '198.51.100.7')
    await services.rateLimiter.reserveAttempt(email)
    const stored = JSON.stringify([...services.tables.windows, ...services.tables.attempts])
    for (const secret of [email, 'example', '198.51.100.7']) expect(stored).not.toContain(secret)
    expect(stored).toContain('forgotPerEmail#')
  })
})

describe('an address', () => {
  it.each([
    ['198.51.100.7', '198.51.100.7'],
    ['::ffff:198.51.100.7', '198.51.100.7'],
    ['::FFFF:198.51.100.7', '198.51.100.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::198.51.100.7', '64:ff9b:0:0::/64'],
    ['unknown', 'unknown'],
  ])('%s counts as %s', (ip, subject) => {
    expect(subjectOfIp(ip)).toBe(subject)
  })

  it('of IPv6 counts with every other of its /64 in any spelling, and with no other', () => {
    const groups = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 })
    const isMapped = (all: readonly number[]) => all.slice(0, 6).join() === '0,0,0,0,0,65535'
    const write = (all: readonly number[]) => all.map((group) => group.toString(16)).join(':')
    const short = (all: readonly number[]) => new URL(`http://[${write(all)}]`).hostname.slice(1, -1)
    fc.assert(
      fc.property(groups, groups, (one, other) => {
        const neighbour = [...one.slice(0, 4), ...other.slice(4)]
        fc.pre(![one, other, neighbour].some(isMapped))
        expect(subjectOfIp(short(one))).toBe(subjectOfIp(write(one)))
        expect(subjectOfIp(write(neighbour))).toBe(subjectOfIp(write(one)))
        const isSame = write(one.slice(0, 4)) === write(other.slice(0, 4))
        expect(subjectOfIp(write(other)) === subjectOfIp(write(one))).toBe(isSame)
      }),
    )
  })
})
