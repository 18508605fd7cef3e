import { profileOf } from './profile.ts'

describe('of a profile', () => {
  it('an email is kept in its canonical form, or not at all', () => {
    expect(profileOf({ email: ' Ada@Example.COM' })).toEqual({ email: 'ada@example.com' })
    for (const email of [
      'ada',
      'ada@example',
      'ada@example.com\r\nBcc: eve@example.com',
      'ada＠example.com',
      7,
      null,
      ['a@b.co'],
    ])
      expect(profileOf({ email })).toEqual({})
  })

  it('an email is kept only in the spelling that the provider has verified, not one that it folds to', () => {
    // NFKC turns each of the first two into an ASCII address, which may be somebody else's mailbox.
    for (const email of [
      '\u212Aim@example.com',
      'ａda@example.com',
      'ada@stra\u00DFe.example',
      'ada@ｅxample.com',
    ])
      expect(profileOf({ email })).toEqual({})
  })

  it('a name is kept that an account may have', () => {
    expect(profileOf({ name: ' Ada Lovelace ' })).toEqual({ name: 'Ada Lovelace' })
    expect(profileOf({ name: '𝒜'.repeat(100) })).toEqual({ name: '𝒜'.repeat(100) })
    for (const name of ['', ' ', 'a\nb', '\u202Eada', '\u200B', 'a'.repeat(101), 7, null, { first: 'Ada' }])
      expect(profileOf({ name })).toEqual({})
  })

  it('an account name is kept that has only the characters of addresses and user names', () => {
    for (const accountName of ['ada', 'ada+x@example.com', 'a-b_c%d.e', 'a'.repeat(254)])
      expect(profileOf({ accountNames: [accountName] })).toEqual({ accountName })
    for (const accountName of [
      '',
      'a b',
      'a/b',
      'https://evil.example',
      'a\nb',
      '<b>',
      'adä',
      'a'.repeat(255),
      7,
      null,
    ]) {
      expect(profileOf({ accountNames: [accountName] })).toEqual({})
      expect(profileOf({ accountNames: [accountName, 'ada'] })).toEqual({ accountName: 'ada' })
    }
  })
})
