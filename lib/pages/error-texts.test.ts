import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { templates } from '#built-pages'
import { pages } from '../languages/en/pages.ts'
import { type ErrorName, errorNames } from './error-texts.ts'

const operations = readFileSync('client/src/operations.ts', 'utf8')

/** The codes of an operation, by the client's own types. */
function refusalsOf(operation: string): string[] {
  const [, codes = ''] =
    new RegExp(`^  ${operation}: \\{$[^]*?^    refusal: (.*)$`, 'm').exec(operations) ?? []
  return [...codes.matchAll(/'(\w+)'/g)].map(([, code = '']) => code)
}

/** A script of `pages/src` with all that it imports from there. */
function sourceOf(path: string, seen = new Set<string>()): string {
  const file = normalize(path)
  if (seen.has(file)) return ''
  seen.add(file)
  const source = readFileSync(`pages/src/${file}`, 'utf8')
  const imports = source.matchAll(/(?:from |import\()'(\.{1,2}\/(?:social\/)?[\w-]+\.ts)'/g)
  const imported = [...imports].map(([, name = '']) => sourceOf(join(dirname(file), name), seen))
  return [source, ...imported].join('\n')
}

const names = Object.keys(templates).filter((name) => name !== 'layout')

describe('a page', () => {
  it.each(names)('%s has a text for each refusal of the operations that it calls', (page) => {
    const calls = [...sourceOf(`${page}.ts`).matchAll(/cardea\.(\w+)\(/g)].map(([, name = '']) => name)
    const codes = calls
      .flatMap(refusalsOf)
      .map((code) => (code === 'unauthorized' ? 'session' : code))
      .map((code) => (code === 'invalid_link' && page.startsWith('undo-') ? 'undo_link' : code))
      .filter((code) => Object.hasOwn(pages.errors, code))
    expect(calls.length).toBeGreaterThan(0)
    expect(errorNames(page, true)).toEqual(expect.arrayContaining([...new Set(codes)]))
  })

  it.each(names)('%s has a text for each field that may be wrong', (page) => {
    const html = String(templates[page])
    const needed: [RegExp, ErrorName][] = [
      [/type="email"[^>]* required|required[^>]* type="email"|name="newEmail"/, 'email'],
      [/name="name"/, 'name'],
      [/autocomplete="new-password"/, 'newPassword'],
      [/name="code"/, 'code'],
    ]
    for (const [field, name] of needed) if (field.test(html)) expect(errorNames(page, true)).toContain(name)
  })

  it.each(names)('%s has every text that its script asks for', (page) => {
    const html = String(templates[page])
    const asked = [...sourceOf(`${page}.ts`).matchAll(/\btexts\.(\w+)/g)].map(([, name = '']) => name)
    // A text of the template is not sent again (html.ts).
    const own = asked.filter((name) => Object.hasOwn(pages[page as keyof typeof pages], name))
    expect(own.filter((name) => html.includes(`{{${page}.${name}}}`))).toEqual([])
  })

  it('knows the codes of operations', () => {
    expect(refusalsOf('login')).toContain('invalid_credentials')
    expect(refusalsOf('login')).not.toContain('wrong_password')
  })
})
