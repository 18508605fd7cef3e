import { type Locale, locales } from '../domain/locales.ts'

/** The languages of pages and mails: a user's `locale` is one of them. */
export const languages = locales
export type Language = Locale

export const isLanguage = (text: string | undefined): text is Language =>
  languages.some((each) => each === text)

/** The best language for an `Accept-Language` header (RFC 9110 12.5.4): `pt-BR` is served with `pt`. */
export function preferredLanguage(header: string | undefined): Language {
  const asked = (header ?? '')
    .slice(0, 1000)
    .split(',')
    .map((each) => {
      const [tag = '', ...parameters] = each.trim().toLowerCase().split(';')
      const weight = parameters.map((text) => text.trim()).find((text) => text.startsWith('q='))
      return { language: tag.split('-')[0], weight: weight === undefined ? 1 : Number(weight.slice(2)) || 0 }
    })
  const [best] = asked
    .filter(({ language, weight }) => isLanguage(language) && weight > 0)
    .sort((one, other) => other.weight - one.weight)
  return isLanguage(best?.language) ? best.language : languages[0]
}
