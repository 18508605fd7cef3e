import fc from 'fast-check'
import { mailbox } from './mailbox.ts'

const address = 'no-reply@example.com'

/** What a mail reader shows by RFC 5322 and RFC 2047, which drop the spaces between encoded words. */
function shown(box: string): string {
  const [, phrase = ''] = /^(.*) <[^<>]*>$/.exec(box) ?? []
  if (phrase.startsWith('"')) return phrase.slice(1, -1).replace(/\\(.)/g, '$1')
  return phrase
    .split(' ')
    .map((word) => {
      const [, base64 = ''] = /^=\?UTF-8\?B\?([A-Za-z0-9+/]+=*)\?=$/.exec(word) ?? []
      return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64'))
    })
    .join('')
}

describe('a mailbox', () => {
  it.each([
    ['Acme', '"Acme" <no-reply@example.com>'],
    ['Acme, Inc. "Garden" \\o/', '"Acme, Inc. \\"Garden\\" \\\\o/" <no-reply@example.com>'],
    ['Grüne Wiese', '=?UTF-8?B?R3LDvG5lIFdpZXNl?= <no-reply@example.com>'],
    ['Acme\r\nBcc: eve@example.com', '"Acme Bcc: eve@example.com" <no-reply@example.com>'],
    [' \n', 'no-reply@example.com'],
  ])('in the name of %j is %s', (name, box) => {
    expect(mailbox(name, address)).toBe(box)
  })

  it('shows the unchanged name, in ASCII words of at most 75 characters', () => {
    const name = fc
      .string({
        unit: fc.oneof(fc.constantFrom('ü', '緑', '🌱'), fc.string({ minLength: 1, maxLength: 1 })),
        minLength: 1,
        maxLength: 80,
        size: 'max',
      })
      .map((text) => text.trim())
      .filter(Boolean)
    fc.assert(
      fc.property(name, (text) => {
        const box = mailbox(text, address)
        expect(box).toMatch(/^[ -~]+$/)
        expect(shown(box)).toBe(text)
        if (box.startsWith('=?')) expect(box.split(' ').every((word) => word.length <= 75)).toBe(true)
      }),
    )
  })
})
