import type { User } from '../../client/src/client.ts'
import type { Pages } from '../../lib/languages/en/pages.ts'
import { sayIncomplete } from './dom.ts'

export type PageName = Exclude<keyof Pages, 'common' | 'errors' | 'social'>

/** The texts that every page has, and those of its own refusals (lib/pages/error-texts.ts). */
export type Errors = Pick<Pages['errors'], 'required' | 'other'> & Partial<Pages['errors']>

/** What the server writes into each page. */
export interface PageData {
  readonly issuer: string
  readonly lang: User['locale']
  /** Where the user wants to go after login. The server has checked it. */
  readonly redirect: string | null
  readonly emailLogin: boolean
  /** The minimum length of a new password. */
  readonly least: number
  readonly sendsMail: boolean
  /** The script of the dialog for a new proof, by its path. Only on pages that have the dialog. */
  readonly reauthentication?: string
  /** The script for providers, by its path. Only if there are any. */
  readonly social?: string
  /** `label` is what people read. */
  readonly providers?: readonly { readonly name: string; readonly label: string }[]
  readonly texts: { readonly errors: Errors }
}

/** Loads the page's script for providers, which is built apart. Without providers, or if it does not come, there is none. */
export const socialScript = async <Script>({ social }: PageData): Promise<Script | undefined> =>
  social === undefined ? undefined : import(social).catch(sayIncomplete)

/** Besides the data, those of the page's own texts that its template does not contain. */
export function pageData<Name extends PageName>(page: Name): { data: PageData; texts: Pages[Name] } {
  const data = JSON.parse(document.getElementById('data')?.textContent ?? '{}')
  return { data, texts: data.texts[page] }
}

/** Replaces `{name}` in a text. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

/** The address of another page, in the same language and with the same destination after login. */
export function pageUrl({ issuer }: PageData, page: PageName, search = location.search): string {
  return `${issuer.replace(/\/+$/, '')}/ui/${page}${search}`
}

/** The address of this page in another language. */
export function inLanguage(locale: string): string {
  const url = new URL(location.href)
  url.searchParams.set('lang', locale)
  return url.href
}

/** Shows the page in the user's language, unless its address names one. @returns whether it does so. */
export function switchLanguage({ lang }: PageData, { locale }: User): boolean {
  const isOther = locale !== lang && !new URLSearchParams(location.search).has('lang')
  if (isOther) location.replace(inLanguage(locale))
  return isOther
}

/** Goes where the user wanted to go before the login. It never resolves, so that a button stays busy until the page is gone. */
export function goOn(data: PageData): Promise<never> {
  const lang = new URLSearchParams(location.search).get('lang')
  location.assign(data.redirect ?? pageUrl(data, 'account', lang ? `?lang=${encodeURIComponent(lang)}` : ''))
  return new Promise(() => {})
}
