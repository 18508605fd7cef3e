import fc from 'fast-check'
import * as z from 'zod/mini'
import { email, name, newPassword, password } from './fields.ts'

const accepts = (schema: z.ZodMiniType, text: unknown) => z.safeParse(schema, text).success

describe('an e-mail', () => {
  it.each([
    ['ada@example.com', 'ada@example.com'],
    ['  Ada@Example.COM \n', 'ada@example.com'],
    ['ＡＤＡ@example.com', 'ada@example.com'],
    ['a.d.a+tag@mail.example.co.uk', 'a.d.a+tag@mail.example.co.uk'],
    ["o'neil_{x}~@example.museum", "o'neil_{x}~@example.museum"],
    ['ada@xn--bcher-kva.example', 'ada@xn--bcher-kva.example'],
    [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
  ])('%j is kept as %j', (received, kept) => {
    expect(z.parse(email, received)).toBe(kept)
  })

  it.each([
    ...['', 'ada', 'ada@', '@example.com', 'ada@example', 'ada@@example.com', 'ada@example..com', 'ada@.com'],
    ...['.ada@example.com', 'ada.@example.com', 'a..da@example.com', 'ada@-example.com', 'ada@example-.com'],
    ...[
      'ada@example.1',
      'ada@127.0.0.1',
      'ada@[127.0.0.1]',
      '"ada"@example.com',
      'ada@example.com,eve@example.com',
    ],
    ...[
      'ada@example.com\r\nBcc: eve@example.com',
      'ada <ada@example.com>',
      'ada@exa mple.com',
      'ada\u200B@example.com',
    ],
    ...[
      'ada＠example.com',
      'ada﹫example.com',
      'ada@evil.example＠example.com',
      'аda@example.com',
      'ada@exämple.com',
    ],
    ...[
      `${'a'.repeat(65)}@example.com`,
      `ada@${'b'.repeat(64)}.com`,
      `${'a'.repeat(64)}@${'b.'.repeat(100)}com`,
    ],
    ...['a'.repeat(100_000), `${'a.'.repeat(500)}@`, { $gt: '' }, ['ada@example.com'], 7, null, undefined],
  ])('%j is none', (received) => {
    expect(accepts(email, received)).toBe(false)
  })

  it('that was accepted is its own canonical form', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.emailAddress(),
          fc.string({ unit: 'grapheme' }).map((text) => `${text}@example.com`),
        ),
        (text) => {
          const first = z.safeParse(email, text)
          if (first.success) expect(z.parse(email, first.data)).toBe(first.data)
        },
      ),
    )
  })
})

describe('a name', () => {
  it('has 1 to 100 characters as people count them, less the blanks around', () => {
    expect(z.parse(name, '  Ada Lovelace ')).toBe('Ada Lovelace')
    expect(accepts(name, '\u{1F98B}'.repeat(100))).toBe(true)
    expect(accepts(name, '\u{1F98B}'.repeat(101))).toBe(false)
    expect(accepts(name, '   ')).toBe(false)
    expect(accepts(name, 7)).toBe(false)
  })

  it.each([
    'a\r\nBcc: eve@example.com',
    '\u0007',
    'a\u202Eb',
    'a\u2028b',
    '\u200B',
    '\u3164',
    '\u00AD',
    '\u0085',
  ])('is readable: not %j', (text) => {
    expect(accepts(name, text)).toBe(false)
  })

  it.each(['李小龍', 'محمد', 'Zoë O’Neil-Łódź', '\u{1F469}\u200D\u{1F4BB}'])(
    'is written in any script: %s',
    (text) => {
      expect(z.parse(name, text)).toBe(text)
    },
  )
})

describe('a new password', () => {
  it('has 15 to 256 characters of any kind, none changed', () => {
    expect(accepts(newPassword, 'x'.repeat(14))).toBe(false)
    expect(z.parse(newPassword, ` ${'x'.repeat(13)} `)).toBe(` ${'x'.repeat(13)} `)
    expect(accepts(newPassword, '\u{1F98B}'.repeat(256))).toBe(true)
    expect(accepts(newPassword, 'x'.repeat(257))).toBe(false)
  })

  it('is counted as it is hashed: combining marks do not make it long', () => {
    expect(accepts(newPassword, 'e\u0301'.repeat(14))).toBe(false)
    expect(accepts(newPassword, 'e\u0301'.repeat(15))).toBe(true)
  })

  it('is counted as it is typed: one character that stands for many does not make it long', () => {
    expect(accepts(newPassword, '\uFDFA')).toBe(false)
    expect(accepts(newPassword, '\uFDFA'.repeat(15))).toBe(true)
  })
})

describe('a password to prove', () => {
  it('is never refused for being short: rules change, and what was once set must open', () => {
    expect(accepts(password, 'x')).toBe(true)
    expect(accepts(password, '')).toBe(false)
    expect(accepts(password, 'x'.repeat(257))).toBe(false)
  })
})
