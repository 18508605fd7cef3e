import bcrypt from 'bcryptjs'
import { keptBelow, keysWith, testKeys } from '../../tools/testing/keys.ts'
import { newSecret } from './key-material.ts'
import { bcryptPasswords } from './passwords.ts'

const passwords = bcryptPasswords({ cost: 4, keys: testKeys })

describe('a password hash', () => {
  it('names its scheme, pepper and cost, and has 92 characters', async () => {
    const hash = await passwords.hash('correct horse battery')
    const { current } = await testKeys.peppers()
    expect(hash).toMatch(new RegExp(`^bcrypt-hmac-sha384\\.${current.kid}\\.\\$2b\\$04\\$.{53}$`))
    expect(hash).toHaveLength(92)
  })

  it('matches its password and no other', async () => {
    const hash = await passwords.hash('correct horse battery')
    expect(await passwords.compare('correct horse battery', hash)).toBe(true)
    for (const other of [
      'correct horse batterz',
      'Correct horse battery',
      ' correct horse battery',
      '',
      'c'.repeat(256),
    ]) {
      expect(await passwords.compare(other, hash)).toBe(false)
    }
  })

  it('distinguishes what bcrypt alone does not: beyond 72 bytes, and after a NUL', async () => {
    const long = 'x'.repeat(72)
    expect(await passwords.compare(`${long}b`, await passwords.hash(`${long}a`))).toBe(false)
    expect(
      await passwords.compare('\u{1F98B}'.repeat(20), await passwords.hash('\u{1F98B}'.repeat(19))),
    ).toBe(false)
    expect(await passwords.compare('pass\0word', await passwords.hash('pass'))).toBe(false)
    expect(await passwords.compare('pass\0pass', await passwords.hash('pass'))).toBe(false)
  })

  it('is the same for both forms of an accent', async () => {
    expect(await passwords.compare('cafe\u0301 au lait', await passwords.hash('caf\u00E9 au lait'))).toBe(
      true,
    )
  })

  it('of a sign-up is the same only for the same email and password, and as strong as any', async () => {
    const password = 'correct horse battery'
    const hash = await passwords.hashForSignUp(password, 'ada@example.com')
    expect(hash).toMatch(/^bcrypt-hmac-sha384\.[^.]+\.\$2b\$04\$.{53}$/)
    expect(await passwords.hashForSignUp(password, 'ada@example.com')).toBe(hash)
    expect(await passwords.compare(password, hash)).toBe(true)
    expect(await passwords.compare('correct horse batterz', hash)).toBe(false)
    expect(await passwords.renew(password, hash)).toBeUndefined()

    const saltOf = (text: string) => text.slice(-53, -31)
    const others = [
      await passwords.hashForSignUp(password, 'eve@example.com'),
      await bcryptPasswords({
        cost: 4,
        keys: await keysWith({ pepper: [newSecret(0).secret] }),
      }).hashForSignUp(password, 'ada@example.com'),
      await passwords.hash(password),
    ].map(saltOf)
    expect(new Set([saltOf(hash), ...others]).size).toBe(4)
    // The salt depends on the email and not on the password: two digests under it differ.
    const another = await passwords.hashForSignUp('another long password', 'ada@example.com')
    expect([saltOf(another) === saltOf(hash), another === hash]).toEqual([true, false])
  })

  it('does not match under another pepper', async () => {
    const hash = await passwords.hash('correct horse battery')
    const { kid } = (await testKeys.peppers()).current
    const named = JSON.stringify({ ...JSON.parse(newSecret(0).secret), kid })
    const elsewhere = await keysWith({ pepper: [named] })
    expect(await bcryptPasswords({ cost: 4, keys: elsewhere }).compare('correct horse battery', hash)).toBe(
      false,
    )
    const gone = await keysWith({ pepper: [newSecret(0).secret] })
    await expect(
      bcryptPasswords({ cost: 4, keys: gone }).compare('correct horse battery', hash),
    ).rejects.toThrow('pepper')
  })

  it('of an imported plain bcrypt is accepted', async () => {
    for (const prefix of ['$2a$', '$2b$', '$2y$']) {
      const hash = bcrypt.hashSync('imported', 4).replace('$2b$', prefix)
      expect(await passwords.compare('imported', hash)).toBe(true)
      expect(await passwords.compare('other', hash)).toBe(false)
    }
  })

  it.each([
    '',
    'x',
    '$2b$04$short',
    'plain text',
    'argon2id.x.y',
    '$2b$99$abcdefghijklmnopqrstuu5555555555555555555555555555555',
  ])('that is malformed matches nothing: %j', async (hash) => {
    expect(await passwords.compare('anything', hash)).toBe(false)
  })

  it('is renewed if its scheme, pepper or cost is outdated', async () => {
    const password = 'correct horse battery'
    const hash = await passwords.hash(password)
    expect(await passwords.renew(password, hash)).toBeUndefined()

    const renewed = await passwords.renew('imported', bcrypt.hashSync('imported', 4))
    expect(await passwords.compare('imported', renewed)).toBe(true)
    const next = newSecret(1_800_000_000)
    const keys = await keysWith({ pepper: [...(await keptBelow('pepper')), next.secret] })
    expect(await bcryptPasswords({ cost: 4, keys }).renew(password, hash)).toContain(next.kid)
    expect(await bcryptPasswords({ cost: 5, keys: testKeys }).renew(password, hash)).toContain('$05$')
  })

  it('of a long imported password is not renewed with characters that plain bcrypt ignored', async () => {
    const long = 'x'.repeat(80)
    const imported = bcrypt.hashSync(long, 4)
    expect(await passwords.compare(`${long} with a slip`, imported)).toBe(true)
    expect(await passwords.renew(`${long} with a slip`, imported)).toBeUndefined()
  })
})

describe('a missing hash', () => {
  it('is compared with a hash of the same cost, and never matches', async () => {
    const compare = jest.spyOn(bcrypt, 'compare')
    expect(await passwords.compare('anything', undefined)).toBe(false)
    const [[given = '', against = ''] = []] = compare.mock.calls
    expect(given).toHaveLength(64)
    expect(bcrypt.getRounds(against)).toBe(4)
    compare.mockRestore()
  })

  it('costs the same rounds as a wrong password, also against a hash of a lower cost', async () => {
    const hashes = [await passwords.hash('right'), bcrypt.hashSync('right', 4), bcrypt.hashSync('right', 6)]
    const today = bcryptPasswords({ cost: 6, keys: testKeys })
    for (const hash of [undefined, ...hashes]) {
      const compare = jest.spyOn(bcrypt, 'compare')
      expect(await today.compare('wrong', hash)).toBe(false)
      const rounds = compare.mock.calls.map(([, against]) => 2 ** bcrypt.getRounds(against))
      expect(rounds.reduce((sum, each) => sum + each)).toBe(2 ** 6)
      compare.mockRestore()
    }
  })
})
