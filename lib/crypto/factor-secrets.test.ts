import { keptBelow, keysWith, testKeys } from '../../tools/testing/keys.ts'
import { totpCode } from '../../tools/testing/totp-codes.ts'
import { newSecret } from './key-material.ts'
import { recoveryCodeHashes } from './recovery-code-hashes.ts'
import { totpSecrets } from './totp-secrets.ts'

const owner = { userId: 'a-user', enrolmentId: 'an-enrolment' }
const now = 1_800_000_000

describe('a TOTP secret', () => {
  const secrets = totpSecrets(testKeys)

  it('has 160 random bits in base32, and is not in its sealed form', async () => {
    const { secret, sealedSecret } = await secrets.create(owner)
    expect(secret).toMatch(/^[A-Z2-7]{32}$/)
    expect(sealedSecret).toMatch(/^[\da-f]{12}\.[\w-]{64}$/)
    expect((await secrets.create(owner)).secret).not.toBe(secret)
  })

  it('opens for its own user and enrolment, and finds the time step of a code', async () => {
    const { secret, sealedSecret } = await secrets.create(owner)
    expect(await secrets.stepOf(totpCode(secret, now), { ...owner, sealedSecret }, now)).toBe(now / 30)
    expect(await secrets.stepOf('000000x', { ...owner, sealedSecret }, now)).toBeUndefined()
  })

  it.each([
    ['another user', { userId: 'another' }],
    ['another enrolment', { enrolmentId: 'another' }],
  ])('does not open for %s', async (_, change) => {
    const { sealedSecret } = await secrets.create(owner)
    await expect(secrets.stepOf('000000', { ...owner, ...change, sealedSecret }, now)).rejects.toThrow()
  })

  it('does not open if a character of it was changed, or if it is cut', async () => {
    const { sealedSecret } = await secrets.create(owner)
    const [kid = '', sealed = ''] = sealedSecret.split('.')
    for (let at = 0; at < sealed.length; at += 7) {
      const other = sealed[at] === 'A' ? 'B' : 'A'
      const changed = `${kid}.${sealed.slice(0, at)}${other}${sealed.slice(at + 1)}`
      await expect(secrets.stepOf('000000', { ...owner, sealedSecret: changed }, now)).rejects.toThrow()
    }
    for (const cut of ['', kid, `${kid}.`, sealedSecret.slice(0, 30), sealedSecret.slice(0, -4)])
      await expect(secrets.stepOf('000000', { ...owner, sealedSecret: cut }, now)).rejects.toThrow()
  })

  it('opens with its own key after a newer one was added, and with no other key of that name', async () => {
    const { secret, sealedSecret } = await secrets.create(owner)
    const kept = await keptBelow('factors')
    const added = totpSecrets(await keysWith({ factors: [...kept, newSecret(now - 1).secret] }))
    const code = totpCode(secret, now)
    expect(await added.stepOf(code, { ...owner, sealedSecret }, now)).toBe(now / 30)
    expect((await added.create(owner)).sealedSecret.split('.')[0]).not.toBe(sealedSecret.split('.')[0])
    const replaced = totpSecrets(await keysWith({ factors: [newSecret(0).secret] }))
    await expect(replaced.stepOf(code, { ...owner, sealedSecret }, now)).rejects.toThrow('There is no key')
  })
})

describe('recovery codes', () => {
  const hashes = recoveryCodeHashes(testKeys)

  it('are ten, different, readable, and not in their hashes', async () => {
    const made = await hashes.create(owner.userId)
    expect(new Set(made.codes).size).toBe(10)
    expect(new Set(made.hashes).size).toBe(10)
    for (const code of made.codes) expect(code).toMatch(/^([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$/)
    for (const hash of made.hashes) expect(hash).toMatch(/^[\da-f]{12}\.[\w-]{43}$/)
  })

  it('are understood as people type them', async () => {
    const { codes, hashes: stored } = await hashes.create(owner.userId)
    const [code = ''] = codes
    const wide = code.replace(/[0-9a-z]/g, (each) =>
      String.fromCodePoint((each.codePointAt(0) ?? 0) + 0xfee0),
    )
    for (const typed of [
      code,
      code.toUpperCase(),
      code.replaceAll('-', ''),
      ` ${code.replaceAll('-', ' ')}\n`,
      code.replaceAll('-', '–'),
      wide,
      code.replaceAll('0', 'o').replaceAll('1', 'l'),
      code.toUpperCase().replaceAll('0', 'O').replaceAll('1', 'I'),
    ])
      expect([typed, await hashes.hashesOf(owner.userId, typed)]).toEqual([typed, [stored[0]]])
  })

  it.each([
    '',
    'x',
    '7k2m-x9qd-4t0w-c6h',
    '7k2m-x9qd-4t0w-c6hvv',
    '7k2m-x9qd-4t0w-c6hu',
    '7k2m_x9qd_4t0w_c6hv',
  ])('are not %j', async (text) => {
    expect(await hashes.hashesOf(owner.userId, text)).toEqual([])
  })

  it('have another hash for another user', async () => {
    const { codes, hashes: stored } = await hashes.create(owner.userId)
    expect(stored).not.toContain((await hashes.hashesOf('another', codes[0] ?? ''))[0])
  })

  it('are found under each key that is left', async () => {
    const { codes, hashes: stored } = await hashes.create(owner.userId)
    const kept = await keptBelow('recovery-codes')
    const added = recoveryCodeHashes(
      await keysWith({ 'recovery-codes': [...kept, newSecret(now - 1).secret] }),
    )
    const found = await added.hashesOf(owner.userId, codes[0] ?? '')
    expect(found).toHaveLength(2)
    expect(found).toContain(stored[0])
  })
})
