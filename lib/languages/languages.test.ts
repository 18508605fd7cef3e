import { preferredLanguage } from './languages.ts'

describe('the language of a browser', () => {
  it.each([
    ['de-DE,de;q=0.9,en;q=0.8', 'de'],
    ['pt-BR', 'pt'],
    ['it,fr;q=0.4,es;q=0.7', 'es'],
    ['JA', 'ja'],
    ['de;q=0, en;q=0.1', 'en'],
    ['it, nl', 'en'],
    ['*', 'en'],
    ['', 'en'],
    [undefined, 'en'],
    [',;;q=,-', 'en'],
    [`${'x,'.repeat(100_000)}de`, 'en'],
  ])('%s is served with %s', (header, language) => {
    expect(preferredLanguage(header)).toBe(language)
  })
})
