import { pages as de } from './de/pages.ts'
import { pages as en } from './en/pages.ts'
import { pages as es } from './es/pages.ts'
import { pages as fr } from './fr/pages.ts'
import { pages as ja } from './ja/pages.ts'
import { pages as pt } from './pt/pages.ts'

const textsOf = (pages: typeof en): [string, string][] =>
  Object.entries(pages).flatMap(([page, texts]) =>
    Object.entries(texts).map(([name, text]): [string, string] => [`${page}.${name}`, text]),
  )
const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).toSorted()

describe.each(Object.entries({ de, es, fr, ja, pt }))('the pages in %s', (_, pages) => {
  const texts = new Map(textsOf(pages))

  it.each(textsOf(en))('say %s, with the same values', (name, english) => {
    expect(texts.get(name)).toMatch(/\S/)
    expect(placeholders(texts.get(name) ?? '')).toEqual(placeholders(english))
  })
})
