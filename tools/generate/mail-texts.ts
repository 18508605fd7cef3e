import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TransformFailure, transformSync } from 'esbuild'
import { locales } from '../../lib/domain/locales.ts'
import { mails as en } from '../../lib/languages/en/mails.ts'
import { linkLine } from '../../lib/mail/templates.ts'

/** Our English texts show which placeholders each text may have, and which it must have. */
const ours: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>> = en
/** These stand in a paragraph of their own. A mail that has one of them must keep it. */
const parts = ['link', 'code', 'facts']

const placeholdersIn = (text: string | readonly string[]) => [
  ...new Set(
    [
      ...[text]
        .flat()
        .join(' ')
        .matchAll(/\{([^{}]*)\}/g),
    ].map(([, name = '']) => name),
  ),
]
const inBraces = (names: readonly string[]) => names.map((name) => `{${name}}`).join(', ') || 'none'

/** Sentences about everything that is wrong in the folder, each with its file and key. */
export function mailTextProblems(folder = 'mails'): string[] {
  const known = locales.map((locale) => `${locale}.json`)
  const problems = readdirSync(folder)
    .filter((file) => file !== 'README.md' && !file.startsWith('.') && !known.includes(file))
    .map((file) => `mails/${file}: the texts of mails stand in ${known.join(', ')} only`)
  for (const file of known)
    problems.push(...inFile(join(folder, file)).map((each) => `mails/${file}: ${each}`))
  return problems
}

/** @throws one error about all texts of a deployer that are wrong. */
export function checkMailTexts(): void {
  const problems = mailTextProblems()
  if (problems.length > 0) throw new Error(['Wrong texts of mails:', ...problems].join('\n  '))
}

function inFile(path: string): string[] {
  if (!existsSync(path)) return ['is missing; without texts, it contains {}']
  const text = readFileSync(path, 'utf8')
  try {
    return problemsOf(JSON.parse(text))
  } catch (error) {
    return [`is no JSON: ${placeIn(text) ?? (error as Error).message}`]
  }
}

/** Where a text is no JSON, and why. Node names the line of only some mistakes, esbuild that of each. */
function placeIn(text: string): string | undefined {
  try {
    transformSync(text, { loader: 'json', logLevel: 'silent' })
  } catch (error) {
    const [{ location, text: why } = {}] = (error as Partial<TransformFailure>).errors ?? []
    if (location) return `line ${location.line}, column ${location.column + 1}: ${why}`
  }
  return undefined
}

/** What is wrong with texts that replace ours. */
export function problemsOf(texts: unknown): string[] {
  if (!isObject(texts)) return ['must be an object']
  return Object.entries(texts).flatMap(([mail, replaced]) => {
    const own = Object.hasOwn(ours, mail) ? ours[mail] : undefined
    if (!own) return [`there is no mail "${mail}"`]
    if (!isObject(replaced)) return [`${mail} must be an object`]
    return Object.entries(replaced).flatMap(([key, value]) => {
      const problems = Object.hasOwn(own, key) ? inText(value, own[key] ?? '') : ['is no text of this mail']
      return problems.map((problem) => `${mail}.${key} ${problem}`)
    })
  })
}

const isList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string')

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function inText(value: unknown, own: string | readonly string[]): string[] {
  if (typeof own === 'string') {
    const needed = placeholdersIn(own).filter((name) => name !== 'product')
    return [...inLine(value, placeholdersIn(own)), ...missing(needed, String(value))]
  }
  if (!isList(value)) return ['must be a list of paragraphs']
  const allowed = placeholdersIn(own)
  const needed = allowed.filter((name) => parts.includes(name))
  const twice = parts.filter((part) => value.join('\n').split(`{${part}}`).length > 2)
  return [
    ...value.flatMap((paragraph) => inParagraph(paragraph, allowed)),
    ...missing(needed, value.join('\n')),
    ...twice.map((name) => `contains {${name}} twice`),
  ]
}

const missing = (needed: readonly string[], text: string) =>
  needed.filter((name) => !text.includes(`{${name}}`)).map((name) => `must contain {${name}}`)

function inParagraph(paragraph: string, allowed: readonly string[]): string[] {
  const [whole, label, target = ''] = linkLine.exec(paragraph) ?? []
  if (whole) return inLine(label, ['product']).concat(unknown([target], allowed))
  if (paragraph === '{code}' || paragraph === '{facts}') return inLine(paragraph, allowed)
  if (/\{(link|forgotLink)\}|\]\(/.test(paragraph))
    return [
      `can link only by a paragraph that is "[label]({link})" or "[label]({forgotLink})": "${paragraph}"`,
    ]
  if (/\{(code|facts)\}/.test(paragraph))
    return [`must have {code} and {facts} as paragraphs of their own: "${paragraph}"`]
  return inLine(paragraph, [...new Set([...allowed, 'product'])])
}

/** A line break could forge a header, a change of direction could hide a text, and a label that is invisible hides its link. */
function inLine(line: unknown, allowed: readonly string[]): string[] {
  if (typeof line !== 'string' || !/[^\s\p{Default_Ignorable_Code_Point}]/u.test(line))
    return ['must be a text']
  if (/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(line) || !line.isWellFormed())
    return ['must be one line, without CR, LF or other control characters']
  if (/[{}]/.test(line.replace(/\{[^{}]*\}/g, ''))) return ['has a brace that belongs to no placeholder']
  return unknown(placeholdersIn(line), allowed)
}

const unknown = (names: readonly string[], allowed: readonly string[]) =>
  names
    .filter((name) => !allowed.includes(name))
    .map((name) =>
      /name|user/i.test(name)
        ? `contains {${name}}: no mail contains a user's name, which a stranger could have chosen`
        : `contains {${name}}; its placeholders are: ${inBraces(allowed)}`,
    )

/** The table of mails/README.md. */
export function mailTextTable(): string {
  const rows = Object.entries(ours)
    .filter(([mail]) => mail !== 'common')
    .map(([mail, { subject = '', text = [] }]) => {
      const names = placeholdersIn(text).filter((name) => name !== 'product')
      const kept = names.filter((name) => parts.includes(name))
      const free = names.filter((name) => !parts.includes(name))
      return `| \`${mail}\` | ${String(subject)} | ${inBraces(kept)} | ${inBraces(free)} |`
    })
  return ['| mail | subject in English | must keep | may use |', '|---|---|---|---|', ...rows].join('\n')
}
