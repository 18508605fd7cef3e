import { logo, preloads, reauthenticationScript, scripts, style, templates } from '#built-pages'
import { type Language, languages } from '../languages/languages.ts'
import { pageTexts } from '../languages/pages.ts'
import { errorNames } from './error-texts.ts'
import { type Providers, providerHtml, socialDataOf } from './providers.ts'
import { escapeHtml, fill, scriptJson, type Values, withNames, withSections } from './template.ts'

/** What the pages of a deployment need to know. */
export interface PageSettings {
  readonly issuer: string
  readonly productName: string
  readonly allowedOrigins: readonly string[]
  readonly passwordMinLength: number
  readonly emailLogin: boolean
  readonly sendsMail: boolean
  readonly signUp: 'open' | 'closed'
  readonly providers: Providers
}

interface PageRequest {
  readonly language: Language
  /** The query of the request. */
  readonly query: Readonly<Record<string, string | undefined>>
  /** The file name of the stylesheet with the accent colour. */
  readonly theme: string
}

export const isPage = (name: string): boolean => name !== 'layout' && Object.hasOwn(templates, name)

/** The URL below which the pages are served. */
export const pagesUrl = (issuer: string): string => `${issuer}/ui`

/** The document of a page in one language. */
export function htmlOf(
  page: string,
  settings: PageSettings,
  { language, query, theme }: PageRequest,
): string {
  const base = new URL(pagesUrl(settings.issuer)).pathname
  const asset = (name: string) => `${base}/assets/${name}`
  const texts: Values = withNames(pageTexts[language] as Values, {
    product: settings.productName,
    least: String(settings.passwordMinLength),
  })
  const hasProviders = settings.providers.length > 0
  const redirect = redirectOf(query.redirect, settings)
  const kept = new URLSearchParams({
    ...(redirect && { redirect }),
    ...(query.lang === language && { lang: language }),
  })
  const own = texts[page] as Values
  const values = {
    ...texts,
    lang: language,
    product: settings.productName,
    title: String(own.title),
    base,
    query: kept.size > 0 ? `?${kept}` : '',
    style: asset(style),
    theme: asset(theme),
    logo: asset(logo),
    script: asset(scripts[page] ?? ''),
  }
  const data = {
    issuer: settings.issuer,
    lang: language,
    redirect: redirect ?? null,
    emailLogin: settings.emailLogin,
    least: settings.passwordMinLength,
    sendsMail: settings.sendsMail,
    ...(templates[page]?.includes('id="reauthenticate"') && {
      reauthentication: asset(reauthenticationScript),
    }),
    ...(hasProviders && socialDataOf(page, settings.providers, asset)),
    texts: {
      errors: Object.fromEntries(
        errorNames(page, hasProviders).map((name) => [name, (texts.errors as Values)[name]]),
      ),
      [page]: textsOfScript(page, own),
    },
  }
  const template = withSections(templates[page] ?? '', {
    providers: hasProviders,
    signUp: settings.signUp === 'open',
  })
  const social = providerHtml(settings.providers, texts.social as Record<string, string>, asset)
  const content = fill(template, values, social)
  return fill(templates.layout ?? '', values, {
    content,
    languages: languages.map((each) => languageLink(each, `${base}/${page}`, kept, language)).join(' '),
    preloads: [
      ...(template.includes('{{{providers}}}') ? [social.socialStyle] : []),
      ...(preloads[page] ?? []).map((name) => `<link rel="modulepreload" href="${asset(name)}">`),
    ].join(''),
    data: scriptJson(data),
  })
}

/** What stands in the template is not sent twice: a script reads it from its element. */
const textsOfScript = (page: string, own: Values): Values =>
  Object.fromEntries(
    Object.entries(own).filter(([name]) => !templates[page]?.includes(`{{${page}.${name}}}`)),
  )

/** Each language by its own name. */
function languageLink(language: Language, path: string, kept: URLSearchParams, current: Language): string {
  const query = new URLSearchParams(kept)
  query.set('lang', language)
  const name = new Intl.DisplayNames(language, { type: 'language' }).of(language) ?? language
  const mark = language === current ? ' aria-current="true"' : ''
  return `<a href="${escapeHtml(`${path}?${query}`)}" hreflang="${language}" lang="${language}"${mark}>${escapeHtml(name)}</a>`
}

/** The target after a login: a page of an allowed origin, or of the pages themselves. Anything else would be an open redirect. */
export function redirectOf(
  asked: string | undefined,
  { issuer, allowedOrigins }: Pick<PageSettings, 'issuer' | 'allowedOrigins'>,
): string | undefined {
  const url = URL.parse(asked ?? '')
  // The origin of a `blob:` URL is that of the page that made it.
  if (!url || !/^https?:$/.test(url.protocol) || `${url.username}${url.password}` !== '') return undefined
  const isOwn = url.href.startsWith(`${pagesUrl(issuer)}/`)
  return isOwn || allowedOrigins.includes(url.origin) ? url.href : undefined
}
