import { gunzipSync } from 'node:zlib'
import { logo, logos, scripts, style, templates } from '#built-pages'
import { eventOf } from '../../tools/testing/events.ts'
import { languages } from '../languages/languages.ts'
import { redirectOf } from './html.ts'
import { pageResponder } from './respond.ts'

const settings = {
  issuer: 'https://auth.example.com',
  productName: 'Acme & <Sons>',
  allowedOrigins: ['https://app.example.com'],
  passwordMinLength: 15,
  emailLogin: true,
  sendsMail: true,
  signUp: 'open' as const,
  providers: [],
  accentColor: '#1a56db',
  trustedProxySecrets: [],
}
const respond = pageResponder(settings)
const providers = [
  { name: 'google', label: 'Google' },
  { name: 'acme', label: 'Acme & <Co>' },
]
const withProviders = pageResponder({ ...settings, providers })
const withoutTemplates = (html: string) => html.replace(/<template>.*?<\/template>/gs, '')
const names = Object.keys(templates).filter((name) => name !== 'layout')

interface Asked {
  readonly query?: Record<string, string>
  readonly headers?: Record<string, string>
}
const ask = (path: string, { query, headers = {} }: Asked = {}, over = respond) => {
  const [, , page, file] = path.split('/')
  const params = file ? { file } : page ? { page } : undefined
  const event = eventOf(`GET ${path}`, { ...(params && { params }), ...(query && { query }), headers })
  const { body, headers: given = {}, ...answer } = over({ ...event, rawPath: path })
  const content = Buffer.from(body ?? '', 'base64')
  const text = (given['Content-Encoding'] === 'gzip' ? gunzipSync(content) : content).toString()
  return { ...answer, headers: given as Record<string, string>, text, content }
}

describe('the pages', () => {
  it('are those that mails link to, and those of a session', () => {
    expect(names.sort()).toEqual(
      [
        'account',
        'admin',
        'email-login',
        'finish-sign-up',
        'forgot-password',
        'login',
        'reset-password',
        'sign-up',
        'undo-email-change',
        'undo-second-factor',
        'verify-email',
      ].sort(),
    )
    expect(Object.keys(scripts).sort()).toEqual(names.sort())
  })

  it.each(languages)('are complete in %s, with the product name escaped', (lang) => {
    for (const name of names) {
      const { statusCode, text, headers } = ask(`/ui/${name}`, { query: { lang } })
      expect([name, statusCode, headers['Content-Language']]).toEqual([name, 200, lang])
      expect(text).toContain(`<html lang="${lang}"`)
      expect(text).toContain('Acme &amp; &lt;Sons&gt;')
      expect(text).not.toMatch(/<Sons>|\{\{|undefined|\[object/)
    }
  })

  it('refer to assets that exist, and to nothing on another host', () => {
    for (const name of names) {
      const { text } = ask(`/ui/${name}`)
      const files = [...text.matchAll(/(?:src|href)="(\/ui\/assets\/[^"]+)"/g)].map(([, path = '']) => path)
      expect(files.length).toBeGreaterThanOrEqual(4)
      for (const path of files) expect([path, ask(path).statusCode]).toEqual([path, 200])
      expect(text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
    }
  })

  it('have no inline script, style or handler', () => {
    for (const name of names) {
      const { text } = ask(`/ui/${name}`)
      expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/i)
      const scripts = [...text.matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag)
      for (const tag of scripts) expect(tag).toMatch(/ src="\/ui\/assets\/| type="application\/json"/)
    }
  })

  it('let only their own files run, and no page frame them', () => {
    const { headers } = ask('/ui/login')
    expect(headers['Content-Security-Policy']).toBe(
      "default-src 'none'; script-src https://auth.example.com/ui/assets/; style-src https://auth.example.com/ui/assets/; " +
        'img-src https://auth.example.com/ui/assets/ data:; ' +
        "connect-src https://auth.example.com; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; " +
        "require-trusted-types-for 'script'; trusted-types 'none'",
    )
    expect(headers).toMatchObject({
      'Referrer-Policy': 'no-referrer',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-cache',
    })
  })

  it('are compressed for a client that takes gzip, and whole for another', () => {
    const packed = ask('/ui/login', { headers: { 'accept-encoding': 'br, gzip' } })
    const whole = ask('/ui/login', { headers: { 'accept-encoding': 'gzip;q=0' } })
    expect(packed.headers['Content-Encoding']).toBe('gzip')
    expect(whole.headers['Content-Encoding']).toBeUndefined()
    expect(packed.text).toBe(whole.text)
    expect(packed.content.length).toBeLessThan(whole.content.length / 2)
  })

  it('are not sent again to a client that has them', () => {
    const { ETag = '' } = ask('/ui/login').headers
    for (const known of [ETag, `W/${ETag}`, `"other", ${ETag}`, '*'])
      expect(ask('/ui/login', { headers: { 'if-none-match': known } })).toMatchObject({
        statusCode: 304,
        text: '',
      })
    expect(ask('/ui/login', { query: { lang: 'de' }, headers: { 'if-none-match': ETag } }).statusCode).toBe(
      200,
    )
  })

  it('of an unknown name are not found, and nothing caches that', () => {
    for (const path of [
      '/ui/layout',
      '/ui/constructor',
      '/ui/__proto__',
      '/ui/Login',
      '/ui/assets/x.js',
      '/ui/assets/toString',
    ]) {
      const { statusCode, headers } = ask(path)
      expect([path, statusCode, headers['Cache-Control']]).toEqual([path, 404, 'no-store'])
    }
  })

  it('begin at the account', () => {
    expect(ask('/ui')).toMatchObject({
      statusCode: 302,
      headers: { Location: 'https://auth.example.com/ui/account' },
    })
  })

  it('of another host lead to the host of the issuer, with their query', () => {
    const { statusCode, headers } = ask('/ui/login', {
      query: { lang: 'de' },
      headers: { host: 'abc.execute-api.eu-central-1.amazonaws.com' },
    })
    expect([statusCode, headers.Location]).toEqual([302, 'https://auth.example.com/ui/login?lang=de'])
    expect(ask('/ui/login', { headers: { host: 'auth.example.com' } }).statusCode).toBe(200)
  })

  it('do not lead there behind a proxy, whose host is the gateway: that would never end', () => {
    const host = 'abc.execute-api.eu-central-1.amazonaws.com'
    const statusOf = (headers: Record<string, string>, over = respond) =>
      ask('/ui/login', { headers: { host, ...headers } }, over).statusCode
    expect(statusOf({})).toBe(302)
    expect(statusOf({ via: '2.0 cloudfront' })).toBe(200)
    expect(statusOf({ 'x-forwarded-host': 'auth.example.com' })).toBe(200)
    expect(statusOf({ 'x-forwarded-host': 'evil.example' })).toBe(302)
    expect(statusOf({}, pageResponder({ ...settings, trustedProxySecrets: [Buffer.from('x')] }))).toBe(200)
  })

  it('of another host lead to the path of an issuer that has one', () => {
    const over = pageResponder({ ...settings, issuer: 'https://example.com/u' })
    const headers = { host: 'abc.example.com' }
    expect(ask('/ui/login', { headers }, over).headers.Location).toBe('https://example.com/u/ui/login')
  })

  it('know the path of an issuer that has one', () => {
    const { text } = ask('/ui/login', {}, pageResponder({ ...settings, issuer: 'https://example.com/auth' }))
    expect(text).toContain('"/auth/ui/assets/')
    expect(text).not.toContain('"/ui/')
  })
})

describe('the pages of a deployment with providers', () => {
  it.each(['login', 'sign-up', 'account'])(
    'have a button for each on %s, with the logo that there is for a login',
    (name) => {
      const { text } = ask(`/ui/${name}`, {}, withProviders)
      const buttons = [
        ...withoutTemplates(text).matchAll(/<button[^>]* data-provider="(\w+)">(.*?)<\/button>/g),
      ]
      const verb = name === 'account' ? 'Link' : 'Continue with'
      const logo =
        name === 'account' ? '' : `<img src="/ui/assets/${logos.google}" alt="" width="20" height="20">`
      expect(buttons.map(([, provider, content]) => [provider, content])).toEqual([
        ['google', `${logo}<span>${verb} Google</span>`],
        ['acme', `<span>${verb} Acme &amp; &lt;Co&gt;</span>`],
      ])
      expect(ask(`/ui/assets/${logos.google}`).statusCode).toBe(200)
      expect(text).toContain('"providers":[{"name":"google","label":"Google"}')
    },
  )

  it('offer a new proof by each that tells when a person has logged in', () => {
    const known = ['google', 'microsoft', 'apple', 'github'].map((name) => ({ name, label: name }))
    const respondTo = pageResponder({ ...settings, providers: [...known, ...providers.slice(1)] })
    const [template = ''] = /<template>.*<\/template>/s.exec(ask('/ui/account', {}, respondTo).text) ?? []
    const offered = [...template.matchAll(/ data-provider="(\w+)"/g)].map(([, name]) => name)
    expect(offered).toEqual(['google', 'microsoft', 'apple', 'acme'])
    expect(ask('/ui/admin', {}, respondTo).text).not.toContain('<template>')
  })

  it.each(languages)('are complete in %s', (lang) => {
    for (const name of names) {
      const { text } = ask(`/ui/${name}`, { query: { lang } }, withProviders)
      expect(text).not.toMatch(/\{\{|undefined|\[object/)
    }
  })

  it('are the only ones that contain anything about providers', () => {
    for (const name of names) {
      const { text } = ask(`/ui/${name}`)
      expect(text).not.toMatch(/provider|social|identit/i)
    }
  })
})

describe('the pages of a deployment that takes no new accounts', () => {
  const closed = pageResponder({ ...settings, signUp: 'closed' })
  it('lead to no sign-up, and the page of it says so', () => {
    for (const name of names.filter((each) => each !== 'sign-up'))
      expect(ask(`/ui/${name}`, {}, closed).text).not.toContain('/ui/sign-up')
    expect(ask('/ui/sign-up', {}, closed).text).toContain('New accounts cannot be created here.</p>')
    expect(ask('/ui/sign-up').text).not.toContain('data-view="off"')
    expect(ask('/ui/login').text).toContain('/ui/sign-up')
  })
})

describe('the target after a login', () => {
  it.each([
    'https://app.example.com/',
    'https://app.example.com/notes?id=1#top',
    'https://auth.example.com/ui/account',
  ])('may be %s', (url) => {
    expect(redirectOf(url, settings)).toBe(url)
    expect(ask('/ui/login', { query: { redirect: url } }).text).toContain(encodeURIComponent(url))
  })

  it.each([
    'https://evil.example/',
    'https://app.example.com.evil.example/',
    'https://app.example.com@evil.example/',
    'https://user:pass@app.example.com/',
    'http://app.example.com/',
    'https://app.example.com:8443/',
    '//evil.example',
    '/ui/account',
    'javascript:alert(1)',
    'data:text/html,x',
    'blob:https://app.example.com/6f4f1f9e-9b5c-4a43-8d5c-0c6a3d3f7b11',
    'https://auth.example.com/ui/%2e%2e/auth/logout',
    'https://auth.example.com/ui\\..\\auth\\logout',
    'https:app.example.com.evil.example',
    '\\\\evil.example',
    'https://auth.example.com/auth/logout',
    'https://auth.example.com/ui/../auth/logout',
    'https://auth.example.com/uis',
    '',
    'https://',
  ])('may not be %s', (url) => {
    expect(redirectOf(url, settings)).toBeUndefined()
    const { text, statusCode } = ask('/ui/login', { query: { redirect: url } })
    expect(statusCode).toBe(200)
    expect(text).toContain('"redirect":null')
    expect(text).not.toContain('evil')
  })
})

describe('the assets', () => {
  it('are kept for ever, and named by their content', () => {
    for (const name of [style, logo, ...Object.values(scripts)]) {
      const { headers, statusCode } = ask(`/ui/assets/${name}`)
      expect([name, statusCode, headers['Cache-Control']]).toEqual([
        name,
        200,
        'public, max-age=31536000, immutable',
      ])
      expect(name).toMatch(/-\w{8,}\.(?:js|css|svg)$/)
    }
  })

  const zip = { headers: { 'accept-encoding': 'gzip' } }
  const deployments = { 'without providers': respond, 'with providers': withProviders }
  it.each(
    Object.entries(deployments).flatMap(([named, over]) =>
      languages.map((lang) => [named, lang, over] as const),
    ),
  )('have less than 24 KB with any page that loads them %s in %s, compressed', (_, lang, over) => {
    const sizes = names.map((name) => {
      const path = `/ui/${name}`
      const query = { lang }
      const { text, content } = ask(path, { query, ...zip }, over)
      // A browser loads a file once that stands there twice, and nothing that stands in a template.
      const files = new Set(
        [...withoutTemplates(text).matchAll(/(?:href|src)="(\/ui\/assets\/[^"]+)"/g)].map(
          ([, url = '']) => url,
        ),
      )
      const loaded = [...files].map((url) => ask(url, zip))
      const bytes = loaded.reduce((sum, { content }) => sum + content.length, content.length)
      return [name, bytes] as const
    })
    expect(sizes.filter(([, bytes]) => bytes >= 24 * 1024)).toEqual([])
  })

  it('contain the accent colour of the deployment', () => {
    const { text } = ask('/ui/login')
    const [, theme = ''] = /href="(\/ui\/assets\/theme-[^"]+)"/.exec(text) ?? []
    expect(ask(theme).text).toContain('--accent:#1a56db')
    const [, other] =
      /href="(\/ui\/assets\/theme-[^"]+)"/.exec(
        ask('/ui/login', {}, pageResponder({ ...settings, accentColor: '#8b0000' })).text,
      ) ?? []
    expect(other).not.toBe(theme)
  })
})
