import { gzipSync } from 'node:zlib'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { assets } from '#built-pages'
import { isLanguage, preferredLanguage } from '../languages/languages.ts'
import { type Answer, compressed, notFound, redirectTo, tagOf } from './answers.ts'
import { htmlOf, isPage, type PageSettings, pagesUrl } from './html.ts'
import { themeOf } from './theme.ts'

/**
 * A script of this origin could use the refresh cookie. Only our own files run, no text becomes code (Trusted Types), and no
 * other page can frame or open these (ASVS 3.4.3, 3.4.6, 3.4.8).
 */
const policyOf = (issuer: string, base: string) =>
  [
    "default-src 'none'",
    `script-src ${base}/assets/`,
    `style-src ${base}/assets/`,
    `img-src ${base}/assets/ data:`,
    `connect-src ${new URL(issuer).origin}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')

/** Answers requests for pages and their assets. `accentColor` is `#rrggbb`. */
export function pageResponder(settings: PageSettings & { readonly accentColor: string }) {
  const base = pagesUrl(settings.issuer)
  const theme = gzipSync(themeOf(settings.accentColor))
  const themeFile = `theme-${tagOf(theme).slice(1, 11).replace(/[-_]/g, 'x')}.css`
  const files: typeof assets = {
    ...assets,
    [themeFile]: { type: 'text/css; charset=utf-8', gzip: theme.toString('base64') },
  }
  const contentSecurityPolicy = policyOf(settings.issuer, base)

  return (event: APIGatewayProxyEventV2): Answer => {
    const { page, file } = event.pathParameters ?? {}
    if (file !== undefined) return assetOf(event, file)
    const query = event.queryStringParameters ?? {}
    if (page === undefined) return redirectTo(`${base}/account`)
    if (!isPage(page)) return notFound()
    const elsewhere = onIssuersHost(event, settings.issuer)
    if (elsewhere) return redirectTo(elsewhere)
    const language = isLanguage(query.lang) ? query.lang : preferredLanguage(event.headers['accept-language'])
    const html = htmlOf(page, settings, { language, query, theme: themeFile })
    return compressed(event, {
      content: gzipSync(html),
      headers: {
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Language': language,
        'Content-Security-Policy': contentSecurityPolicy,
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cache-Control': 'no-cache',
        ETag: tagOf(html),
        Vary: 'Accept-Encoding, Accept-Language',
      },
    })
  }

  function assetOf(event: APIGatewayProxyEventV2, name: string): Answer {
    const found = Object.hasOwn(files, name) ? files[name] : undefined
    if (!found) return notFound()
    return compressed(event, {
      content: Buffer.from(found.gzip, 'base64'),
      headers: {
        'Content-Type': found.type,
        'Cache-Control': 'public, max-age=31536000, immutable',
        ETag: `"${name}"`,
        Vary: 'Accept-Encoding',
      },
    })
  }
}

/**
 * The same page on the issuer's host, if it was asked for on another: its cookie and its links belong to that one. A proxy, which
 * names itself in `Via` (RFC 9110 7.6.3), has its own host for us.
 */
function onIssuersHost(
  { headers, rawPath, rawQueryString }: APIGatewayProxyEventV2,
  issuer: string,
): string | undefined {
  const { host, origin, pathname } = new URL(issuer)
  if (headers.via !== undefined || headers.host === undefined || headers.host === host) return undefined
  const path = rawPath.startsWith(pathname) ? rawPath : `${pathname}${rawPath}`.replace('//', '/')
  return `${origin}${path}${rawQueryString ? `?${rawQueryString}` : ''}`
}
