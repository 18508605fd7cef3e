import { gzipSync } from 'node:zlib'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { assets } from '#built-pages'
import { tagOf } from '../lambda/etag.ts'
import { isLanguage, preferredLanguage } from '../languages/languages.ts'
import { type Answer, compressed, notFound, redirectTo } from './answers.ts'
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

interface ResponderSettings extends PageSettings {
  /** `#rrggbb` */
  readonly accentColor: string
  /** If there is one, only the proxy gets an answer, and it was asked for the issuer's host. */
  readonly trustedProxySecrets: readonly Buffer[]
}

/** Answers requests for pages and their assets. */
export function pageResponder(settings: ResponderSettings) {
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
    if (isElsewhere(event, settings.issuer, settings.trustedProxySecrets.length > 0))
      return redirectTo(`${base}/${page}${event.rawQueryString && `?${event.rawQueryString}`}`)
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
        Vary: 'Accept-Encoding, Accept-Language, Origin',
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
        Vary: 'Accept-Encoding, Origin',
      },
    })
  }
}

/**
 * Whether the browser asked another host than the issuer's, to which the cookie and the links belong. Behind a proxy, the host is
 * the gateway's own, and a redirect would never end. A proxy names itself in `Via` (RFC 9110 7.6.3), or what it was asked for.
 */
function isElsewhere({ headers }: APIGatewayProxyEventV2, issuer: string, isProxied: boolean): boolean {
  const { host } = new URL(issuer)
  if (isProxied || headers.via !== undefined || headers['x-forwarded-host'] === host) return false
  return headers.host !== undefined && headers.host !== host
}
