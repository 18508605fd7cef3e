import { domainToASCII } from 'node:url'
import fc from 'fast-check'
import * as z from 'zod/mini'
import { digits, email, name, newPassword, password, sessionId, userId } from './fields.ts'

const accepts = (schema: z.ZodMiniType, text: unknown) => z.safeParse(schema, text).success

describe('an email', () => {
  it.each([
    ['ada@example.com', 'ada@example.com'],
    ['  Ada@Example.COM \n', 'ada@example.com'],
    ['ＡＤＡ@example.com', 'ada@example.com'],
    ['a.d.a+tag@mail.example.co.uk', 'a.d.a+tag@mail.example.co.uk'],
    ["o'neil_{x}~@example.museum", "o'neil_{x}~@example.museum"],
    ['ada@xn--bcher-kva.example', 'ada@xn--bcher-kva.example'],
    [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
  ])('%j is stored as %j', (received, kept) => {
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
      'adä@exämple.com',
    ],
    ...[
      `${'a'.repeat(65)}@example.com`,
      `ada@${'b'.repeat(64)}.com`,
      `${'a'.repeat(64)}@${'b.'.repeat(100)}com`,
    ],
    ...['a'.repeat(100_000), `${'a.'.repeat(500)}@`, { $gt: '' }, ['ada@example.com'], 7, null, undefined],
  ])('%j is refused', (received) => {
    expect(accepts(email, received)).toBe(false)
  })

  it.each([
    ['max@müller.example', 'max@xn--mller-kva.example'],
    ['Max@MÜLLER.Example', 'max@xn--mller-kva.example'],
    ['max@mu\u0308ller.example', 'max@xn--mller-kva.example'],
    ['max@XN--MLLER-KVA.example', 'max@xn--mller-kva.example'],
    ['max@faß.de', 'max@xn--fa-hia.de'],
    ['max@fa\u1E9E.de', 'max@xn--fa-hia.de'],
    ['max@fass.de', 'max@fass.de'],
    ['ada@bücher\u3002example', 'ada@xn--bcher-kva.example'],
    ['ada@bücher\uFF0Eexample', 'ada@xn--bcher-kva.example'],
    ['ada@ｅxample．com', 'ada@example.com'],
    ['ada@例え.テスト', 'ada@xn--r8jz45g.xn--zckzah'],
    ['ada@ΟΔΟΣ-Α.gr', 'ada@xn----zlbh7bby.gr'],
    ['ada@οδοσ-α.gr', 'ada@xn----zlbh7bby.gr'],
    ['ada@οδος-α.gr', 'ada@xn----zlbh7bbs.gr'],
    ['ada@\u03F9.gr', 'ada@xn--4xa.gr'],
    ['ada@नी\u200Dक.example', 'ada@xn--11b3b8ad.example'],
  ])('of another script is stored with its domain in A-labels: %j as %j', (received, kept) => {
    const found = z.safeParse(email, received)
    // Versions of Node differ in whether a joiner is valid where its script uses it. If not, the email is refused.
    if (received.includes('\u200D')) expect([kept, undefined]).toContain(found.data)
    else expect(found.data).toBe(kept)
  })

  it.each([
    ...['max@ü', 'max@ü.', 'max@.ü.example', 'max@ü..example', 'max@-ü.example', 'max@ü-.example', 'max@ü.1'],
    ...[
      'max@ü.example/x',
      'max@ü%2eexample',
      'max@ü:80',
      'max@ü\\x.example',
      'max@ü?.example',
      'max@ü#x.example',
    ],
    ...['max@ü@example.com', 'max@ü＠example.com', 'max@[ü].example', 'max@ü_x.example', 'max@ü .example'],
    ...['max@ü\u200Bx.example', 'max@ü\u00ADx.example', 'max@ü\u202Ex.example', 'max@ü\u2060x.example'],
    ...['max@a\u200Db.example', 'max@xn--ü.example', 'max@１.２.３.４', 'max@0x7f.1'],
    // UTS 46 disallows it, though NFKC turns it into `1.`.
    ...['max@\u2488ü.example'],
    ...['max@ü\u2100.example', `max@${'ü'.repeat(64)}.example`, `max@${'ü.'.repeat(120)}example`],
  ])('of another script that is no host name is refused: %j', (received) => {
    expect(z.safeParse(email, received).data).toBeUndefined()
  })

  it('of any script is one account with its A-labels, and is stored in canonical form', () => {
    const label = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(label, label, (one, other) => {
        const first = z.safeParse(email, `ada@${one}.${other}.example`)
        fc.pre(first.success)
        expect(first.data).toMatch(/^ada@[a-z0-9.-]+$/)
        expect(z.parse(email, first.data)).toBe(first.data)
        expect(z.parse(email, first.data.toUpperCase())).toBe(first.data)
      }),
      { numRuns: 500 },
    )
  })

  it('gets for each character the domain that UTS 46 maps it to, as mail software does', () => {
    const hasCase = (character: string) => {
      const folded = character.normalize('NFKC')
      return folded.toLowerCase() !== folded.toUpperCase()
    }
    const cased = Array.from({ length: 0x110000 - 0x80 }, (_, at) => String.fromCodePoint(at + 0x80))
      .filter(hasCase)
      .map((character) => `a${character}-a.example`)
    const accepted = cased
      .map((domain) => ({ domain, stored: z.safeParse(email, `ada@${domain}`).data }))
      .filter(({ stored }) => stored !== undefined)
    expect(accepted.length).toBeGreaterThan(1000)
    expect(accepted.filter(({ domain, stored }) => stored !== `ada@${domainToASCII(domain)}`)).toEqual([])
  })

  it('that was accepted is in canonical form', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.emailAddress(),
          fc.string({ unit: 'grapheme' }).map((text) => `${text}@example.com`),
        ),
        (text) => {
          const first = z.safeParse(email, text)
          fc.pre(first.success)
          expect(z.parse(email, first.data)).toBe(first.data)
        },
      ),
    )
  })
})

describe('a code from a mail', () => {
  it.each([
    '526018',
    '526 018 ',
    ' 526\u00a0018\n',
    '526-018',
    '526\u2011018',
    '526\u2013018',
    '5 2 6 0 1 8',
    '５２６０１８',
    '\u200e526018\u200b',
    '٥٢٦٠١٨',
    '۵۲۶۰۱۸',
    '५२६०१८',
    '\u{1D7D3}\u{1D7D0}\u{1D7D4}\u{1D7CE}\u{1D7CF}\u{1D7D6}',
  ])('is accepted as people and their keyboards write it: %j', (text) => {
    expect(z.parse(digits, text)).toBe('526018')
  })

  it.each([
    '',
    '52601',
    '5260188',
    '52601x',
    '52.6018',
    '526018+0',
    '五二六零一八',
    '²²²²²x',
    526018,
    ' '.repeat(99),
  ])('has six digits, and nothing else: %j', (text) => {
    expect(accepts(digits, text)).toBe(false)
  })

  it('has the value that Unicode gives its digits, in every script', () => {
    const numerals = Array.from({ length: 0x110000 }, (_, code) => code)
      .filter((code) => code < 0xd800 || code > 0xdfff)
      .map((code) => String.fromCodePoint(code))
      .filter((each) => /^\p{Nd}$/u.test(each))
    expect(numerals.length % 10).toBe(0)
    expect(numerals.length).toBeGreaterThanOrEqual(600)
    for (let at = 0; at < numerals.length; at += 10)
      expect(z.parse(digits, numerals.slice(at + 3, at + 9).join(''))).toBe('345678')
  })
})

describe('an id in a path', () => {
  it('may be in upper case, and in no other form', () => {
    const id = '3370b83f-ce63-4a6f-aacf-07f2e0ddc2c8'
    for (const schema of [userId, sessionId]) {
      expect(z.parse(schema, id.toUpperCase())).toBe(id)
      expect(accepts(schema, id.replaceAll('-', ''))).toBe(false)
      expect(accepts(schema, `{${id}}`)).toBe(false)
      expect(accepts(schema, ` ${id}`)).toBe(false)
    }
  })
})

describe('a name', () => {
  it('has 1 to 100 characters as people count them, without surrounding blanks', () => {
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
    'may be in any script: %s',
    (text) => {
      expect(z.parse(name, text)).toBe(text)
    },
  )
})

describe('a new password', () => {
  it('is accepted here with any length: the minimum is a setting, which the request check applies', () => {
    expect(z.parse(newPassword, ` ${'x'.repeat(13)} `)).toBe(` ${'x'.repeat(13)} `)
    expect(accepts(newPassword, 15)).toBe(false)
  })
})

describe('a current password', () => {
  it('is never refused as too short, because an old password must still log in', () => {
    expect(accepts(password, 'x')).toBe(true)
    expect(accepts(password, '')).toBe(false)
    expect(accepts(password, 'x'.repeat(257))).toBe(false)
  })
})
