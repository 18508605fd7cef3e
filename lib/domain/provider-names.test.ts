import { mailedName } from './provider-names.ts'

describe('the name of a provider account in a mail', () => {
  it.each(['ada', 'ada-lovelace_1', 'Ädä', 'ada.lovelace@work.example', 'ada+x@example.com'])(
    'is %s',
    (name) => expect(mailedName(name)).toBe(name),
  )

  it.each([
    undefined,
    '',
    'evil.example',
    'www.evil.example',
    'https://evil.example',
    'evil.example/x@y',
    'a@b@evil.example',
    'evil.example@x',
    'a@b..evil.example',
    'a@evil.example.',
    'a@127.0.0.1',
    'Win a prize',
    '\u202eada',
    'a'.repeat(101),
  ])('is left out if it could be a link or a sentence: %j', (name) =>
    expect(mailedName(name)).toBeUndefined(),
  )
})
