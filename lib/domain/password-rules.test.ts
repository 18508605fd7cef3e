import fc from 'fast-check'
import { checkNewPassword } from './password-rules.ts'
import type { Policy } from './policy.ts'
import type { BreachedPasswords } from './ports.ts'
import { Refusal } from './refusal.ts'
import type { SecurityEvent } from './security-events.ts'

const listed = ['password', 'qwertyuiop', '123456789987654321', 'p@ssw0rd']
const ada = ['ada.lovelace+news@mail.example.com', 'Ada King-Noël']

/** The message of the rules for a password, `undefined` if they accept it. */
async function verdict(
  password: string,
  {
    words = ada,
    breached = 'not_found',
  }: { words?: readonly string[]; breached?: Awaited<ReturnType<BreachedPasswords['find']>> } = {},
) {
  const events: SecurityEvent[] = []
  const rankOf = jest.fn((word: string) => (listed.includes(word) ? 2 : undefined))
  const find = jest.fn(async () => breached)
  const ports = {
    commonPasswords: { rankOf },
    breachedPasswords: { find },
    policy: { productName: 'Acme Cloud' } as Policy,
    events: { record: (event: SecurityEvent) => events.push(event) },
  }
  const message = await checkNewPassword(ports, password, { path: 'newPassword', words }).then(
    () => undefined,
    (refusal: Refusal) => {
      expect(refusal).toBeInstanceOf(Refusal)
      expect(refusal.code).toBe('weak_password')
      expect(refusal.issues).toEqual([{ path: 'newPassword', message: expect.any(String) }])
      return refusal.issues[0]?.message
    },
  )
  return { message, events, rankOf, find }
}
const messageFor = async (...args: Parameters<typeof verdict>) => (await verdict(...args)).message

const repeats = 'must not consist of a few repeated characters'
const own = 'must not be your name, your email, the name of this service, or a part of these'
const easy =
  'must not be easy to guess: common words or passwords, keys in a row, a sequence, a date, or a repeat of these'
const breach = 'must not be one that was found in a breach of another service'

describe('a new password', () => {
  it.each([
    'correct horse battery staple',
    'my password is not password',
    'password and something else',
    'password^&}~=|;[%',
    'Ada went to the cloud',
    'adalovelace went out',
    '{"a":[]}<!--;)(*&',
    'Ab3!xy7z Ab3!xy7z',
    'ёлки-палки, какой пароль',
    '李小龍喜歡在清晨的花園裡練習功夫',
    '\u{1F98B}\u{1F422}\u{1F98A}\u{1F41D}\u{1F419}\u{1F98B}\u{1F980}\u{1F433}'.repeat(2),
  ])('may be %j', async (password) => {
    expect(await messageFor(password)).toBeUndefined()
  })

  it('may contain any word beside other text', async () => {
    const words = fc.constantFrom(...listed, 'Ada', 'acme', 'lovelace', 'mail.example.com', 'a')
    await fc.assert(
      fc.asyncProperty(words, fc.uuid(), fc.boolean(), async (word, random, first) => {
        const password = first ? `${word} ${random}` : `${random} ${word}`
        expect(await messageFor(password, { words: [...ada, 'A B C D E F'] })).toBeUndefined()
      }),
    )
  })

  it.each([
    'aaaaaaaaaaaaaaa',
    'abcabcabcabcabc',
    'ABCabcAbCaBcabca',
    'abcdefgabcdefga',
    'abcdefg abcdefg',
    'abc-abc-abc-abc-',
    '               ',
    '        a        a',
    'a    b   c  d e',
    '\u{1F98B}\u{1F422}\u{1F98A}\u{1F41D}\u{1F419}\u{1F980}\u{1F433}'.repeat(3),
    '\u{1F98B}'.repeat(15),
    'ａaａaａaａaａaａaａaａ',
    'e\u0301\u00E9'.repeat(10),
  ])('must not repeat fewer than 8 characters: %j', async (password) => {
    expect(await messageFor(password)).toBe(repeats)
  })

  it('must not be a cut repeat, whatever is repeated', async () => {
    const units = fc.string({ unit: fc.constantFrom(...'abcXYZ019ß語'), minLength: 1, maxLength: 7 })
    await fc.assert(
      fc.asyncProperty(units, fc.integer({ min: 15, max: 256 }), async (unit, length) => {
        expect(await messageFor(unit.repeat(256).slice(0, length))).toBe(repeats)
      }),
    )
  })

  it.each([
    '123456789987654321',
    'passwordpassword',
    'PasswordPassword',
    'passwordpasswor',
    'passwordp',
    'ｐａｓｓｗｏｒｄpassword',
    'password password',
    ' password-password ',
    'password - password',
    'p a s s w o r d',
    'qwertyuiop.QWERTYUIOP!',
    'p@ssw0rdp@ssw0rd',
    'P@ssw0rd P@ssw0rd',
    'passwordqwertyuiop',
    'xpasswordpassword',
    'passwordpasswordx',
    'abcdefgh abcdefgh',
    '!@#$%^&*()_+{}a1',
    // The user's own words with a little more, which an attacker who knows the user tries.
    'adalovelace1985',
    'Lovelace2024!!!!',
    'ada.lovelace+news@ma',
    'acmeacmeacmeacmeacmf',
  ])('must not be easy to guess: %j', async (password) => {
    expect(await messageFor(password)).toBe(easy)
  })

  it.each([
    'ada.lovelace+news@mail.example.com',
    'Ada.Lovelace+News@mail.example.com ada.lovelace+news@',
    'ada.lovelace+news',
    'ada.lovelaceada.lovelace',
    'AdaLovelaceAdaLovelace',
    'ada lovelace ada',
    'adalovelacenewsmailexamplecom',
    'mail.example.com',
    'mailexamplecommail',
    'lovelacelovelace',
    'Ada King-Noël',
    'ada king-noe\u0308l ada king-noe\u0308l',
    'AdaKingNoëlAdaKingNoël',
    'Acme Cloud Acme Cloud',
    'acmecloudacmecloud',
    'acme-cloud-acme-cloud',
  ])("must not be the user's or the product's name: %j", async (password) => {
    expect(await messageFor(password)).toBe(own)
  })

  it('must not be an email with more punctuation than words', async () => {
    expect(await messageFor('a.b@c.d.ef a.b@c.d.ef', { words: ['a.b@c.d.ef'] })).toBe(own)
  })

  it("must not repeat the user's own word, cut anywhere", async () => {
    const name = fc.stringMatching(/^[a-z]{8,30}$/)
    await fc.assert(
      fc.asyncProperty(name, fc.nat({ max: 200 }), fc.boolean(), async (word, more, loud) => {
        const password = word.repeat(30).slice(0, word.length + more)
        const given = loud ? password.toUpperCase() : password
        expect([own, repeats]).toContain(await messageFor(given, { words: [`${word}@example.com`] }))
      }),
    )
  })

  it('is accepted unchanged where no words are known', async () => {
    expect(await messageFor('ada.lovelace+news', { words: ['', ' ', '@'] })).toBeUndefined()
  })

  it('must not be in a breach', async () => {
    const { message, find, events } = await verdict('Correct Horse Battery', { breached: 'found' })
    expect(message).toBe(breach)
    expect(find.mock.calls).toEqual([['Correct Horse Battery']])
    expect(events).toEqual([])
  })

  it('is accepted, and an event logged, where the breach service does not answer', async () => {
    const { message, events } = await verdict('correct horse battery', { breached: 'unknown' })
    expect(message).toBeUndefined()
    expect(events).toEqual([{ type: 'password.breach_check_failed' }])
    expect((await verdict('correct horse battery')).events).toEqual([])
  })
})

describe('the checks of a password', () => {
  it('run from the cheapest to the most expensive, and stop at the first refusal', async () => {
    const repeated = await verdict('aaaaaaaaaaaaaaa', { breached: 'found' })
    expect(repeated.rankOf).not.toHaveBeenCalled()
    expect((await verdict('lovelacelovelace')).rankOf).not.toHaveBeenCalled()
    expect((await verdict('passwordpassword')).find).not.toHaveBeenCalled()
  })
})
