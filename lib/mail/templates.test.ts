import fc from 'fast-check'
import type { EmailTemplate } from '../domain/email-templates.ts'
import { type Locale, locales } from '../domain/locales.ts'
import { write } from './templates.ts'
import { catalogue } from './texts.ts'

const token = 'T0k_en-T0k_en-T0k_en'
const at = Date.UTC(2026, 8, 21, 14, 13) / 1000
const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0'

const templates: { readonly [K in EmailTemplate['kind']]: Extract<EmailTemplate, { kind: K }> } = {
  verify_email: { kind: 'verify_email', token, hours: 24 },
  already_registered: { kind: 'already_registered' },
  finish_sign_up: { kind: 'finish_sign_up', token, hours: 24 },
  reset_password: { kind: 'reset_password', token, minutes: 30 },
  reset_started: { kind: 'reset_started', token, minutes: 30 },
  email_kept: { kind: 'email_kept', token, minutes: 30 },
  verify_new_email: { kind: 'verify_new_email', replaces: true, token, hours: 24 },
  email_change_requested: {
    kind: 'email_change_requested',
    newEmail: 'new@example.com',
    token,
    days: 7,
  },
  email_login: { kind: 'email_login', token, code: '048213', minutes: 10 },
  social_code: {
    kind: 'social_code',
    code: '048213',
    minutes: 10,
    provider: 'GitHub',
    accountName: 'ada-lovelace',
  },
  reauthentication_code: { kind: 'reauthentication_code', code: '048213', minutes: 10 },
  first_factor_added: { kind: 'first_factor_added', at, token, days: 7 },
  factor_undone: { kind: 'factor_undone', token, minutes: 30 },
  factors_reset: { kind: 'factors_reset', token, minutes: 30 },
  new_device: { kind: 'new_device', at, userAgent: firefox, ip: '2001:db8::7' },
  password_changed: { kind: 'password_changed', at },
  email_changed: { kind: 'email_changed', at, newEmail: 'new@example.com', days: 7 },
  token_reused: { kind: 'token_reused', at },
  factor_added: { kind: 'factor_added', at, factor: 'totp' },
  factor_removed: { kind: 'factor_removed', at, factor: 'passkey' },
  identity_linked: { kind: 'identity_linked', at, provider: 'Google', accountName: 'ada@example.com' },
  identity_unlinked: { kind: 'identity_unlinked', at, provider: 'Google', accountName: 'ada@example.com' },
  recovery_code_used: { kind: 'recovery_code_used', at, left: 9 },
  second_factor_failed: { kind: 'second_factor_failed', at },
  account_deleted: { kind: 'account_deleted', at, by: 'owner' },
}

/** What each mail must say, and the pages that it links to. */
const musts: {
  readonly [K in EmailTemplate['kind']]: { says: readonly string[]; pages: readonly string[] }
} = {
  verify_email: {
    says: ['Verify my address', '24 hours', 'If you did not sign up'],
    pages: [`verify-email#token=${token}`],
  },
  already_registered: {
    says: ['already have an account', 'nothing was changed', 'Log in', 'If it was not you'],
    pages: ['login', 'forgot-password'],
  },
  finish_sign_up: {
    says: ['Finish my sign-up', '24 hours', 'If it was not you'],
    pages: [`finish-sign-up#token=${token}`],
  },
  reset_password: {
    says: ['Choose a new password', '30 minutes', 'If you did not ask'],
    pages: [`reset-password#token=${token}`],
  },
  reset_started: {
    says: ['An administrator', 'Choose a new password', '30 minutes'],
    pages: [`reset-password#token=${token}`, 'forgot-password'],
  },
  first_factor_added: {
    says: ['second factor', 'If it was not you', 'logs out every device', '7 days'],
    pages: [`undo-second-factor#token=${token}`],
  },
  factor_undone: {
    says: ['was removed', 'no longer works', 'Choose a new password', '30 minutes'],
    pages: [`reset-password#token=${token}`, 'forgot-password'],
  },
  factors_reset: {
    says: ['An administrator', 'no longer works', 'Choose a new password', '30 minutes'],
    pages: [`reset-password#token=${token}`, 'forgot-password'],
  },
  email_kept: {
    says: ['keeps this email address', 'no longer works', 'Choose a new password', '30 minutes'],
    pages: [`reset-password#token=${token}`, 'forgot-password'],
  },
  verify_new_email: {
    says: ['Verify my new address', '24 hours', 'If it was not you'],
    pages: [`verify-email#token=${token}`],
  },
  email_change_requested: {
    says: ['New address: new@example.com', 'Keep this address', '7 days', 'If it was not you'],
    pages: [`undo-email-change#token=${token}`],
  },
  email_login: {
    says: ['Log in', '048213', '10 minutes', 'do not share them', 'If it was not you'],
    pages: [`email-login#token=${token}`],
  },
  social_code: {
    says: ['Provider: GitHub', 'Account there: ada-lovelace', '048213', '10 minutes', 'If it was not you'],
    pages: [],
  },
  reauthentication_code: {
    says: ['048213', '10 minutes', 'do not share it', 'If it was not you'],
    pages: ['forgot-password'],
  },
  identity_linked: {
    says: [
      'When: 21 September 2026 at 14:13 (UTC)',
      'Provider: Google',
      'ada@example.com',
      'If it was not you',
    ],
    pages: ['forgot-password'],
  },
  identity_unlinked: {
    says: [
      'When: 21 September 2026 at 14:13 (UTC)',
      'Provider: Google',
      'ada@example.com',
      'If it was not you',
    ],
    pages: ['forgot-password'],
  },
  new_device: {
    says: [
      'When: 21 September 2026 at 14:13 (UTC)',
      'Device: Firefox on Windows',
      'IP address: 2001:db8::7',
      'If it was not you',
    ],
    pages: ['forgot-password'],
  },
  password_changed: {
    says: ['When: 21 September 2026 at 14:13 (UTC)', 'If it was not you'],
    pages: ['forgot-password'],
  },
  email_changed: {
    says: [
      'When: 21 September 2026 at 14:13 (UTC)',
      'New address: new@example.com',
      '7 days after the change',
      'If it was not you',
    ],
    pages: [],
  },
  token_reused: {
    says: ['When: 21 September 2026 at 14:13 (UTC)', 'we have ended it', 'log in there again'],
    pages: ['forgot-password'],
  },
  factor_added: {
    says: ['When: 21 September 2026 at 14:13 (UTC)', 'Second factor: Authenticator app', 'If it was not you'],
    pages: ['forgot-password'],
  },
  factor_removed: {
    says: ['When: 21 September 2026 at 14:13 (UTC)', 'Second factor: Passkey', 'If it was not you'],
    pages: ['forgot-password'],
  },
  recovery_code_used: {
    says: [
      'When: 21 September 2026 at 14:13 (UTC)',
      'Codes left: 9',
      'make new ones in your account',
      'If it was not you',
    ],
    pages: ['forgot-password'],
  },
  second_factor_failed: {
    says: ['When: 21 September 2026 at 14:13 (UTC)', 'Nobody got in', 'If it was not you'],
    pages: ['forgot-password'],
  },
  account_deleted: {
    says: ['When: 21 September 2026 at 14:13 (UTC)', 'was deleted', 'cannot be restored', 'please tell Acme'],
    pages: [],
  },
}

const base = 'https://app.example.com/account'
const english = { locale: 'en', texts: catalogue.en } as const
const product = { productName: 'Acme', linkBaseUrl: base, ...english }
const inLanguage = (locale: Locale) => ({ ...product, locale, texts: catalogue[locale] })
const kinds = Object.keys(templates) as EmailTemplate['kind'][]

const unescaped = (html: string) =>
  html
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')

/** What a reader sees of the HTML, line by line. */
const seen = (html: string) =>
  html
    .replace(/<head>.*<\/head>/s, '')
    .replace(/<br>/g, '\n')
    .replace(/<[^>]*>/g, '')
    .split('\n')
    .map(unescaped)
    .filter(Boolean)
const linksOfText = (text: string) => new Set(text.match(/^\w+:\/\/\S+$/gm))
const linksOfHtml = (html: string) =>
  new Set([...html.matchAll(/href="([^"]*)"/g)].map(([, url = '']) => unescaped(url)))
const tags = (html: string) => html.match(/<[^>]*>/g)

it.each(kinds)('the English template %s contains its sentences, as text and as HTML', (kind) => {
  const { text, html } = write(templates[kind], product)
  for (const each of musts[kind].says) {
    expect(text).toContain(each)
    expect(seen(html).join('\n')).toContain(each)
  }
  expect(text).toContain('will never ask you for your password')
})

const everyMail = locales.flatMap((locale) => kinds.map((kind) => [kind, locale] as const))

describe.each(everyMail)('the template %s in %s', (kind, locale) => {
  const { subject, text, html } = write(templates[kind], inLanguage(locale))
  const { pages } = musts[kind]

  it('has a short subject, and no placeholder is left', () => {
    expect(subject).toContain('Acme')
    expect(subject.length).toBeLessThan(70)
    expect(`${subject}${text}`).not.toMatch(/[{}[\]]/)
  })

  it('links to exactly its pages', () => {
    const expected = new Set(pages.map((page) => `${base}/${page}`))
    expect(linksOfText(text)).toEqual(expected)
    expect(linksOfHtml(html)).toEqual(expected)
    for (const url of expected) expect(seen(html)).toContain(url)
    for (const url of `${text}${html}`.match(/\w+:\/\/[^\s"<]*/g) ?? []) expect(expected).toContain(url)
  })

  it('has its token only after #token=, and neither token nor code in the subject', () => {
    expect(`${text}${html}`.replaceAll(`#token=${token}`, '')).not.toContain(token)
    expect(subject).not.toMatch(/T0k|\d/)
  })

  it('has the whole content of the HTML in its text', () => {
    const help = catalogue[locale].common.buttonHelp
    for (const line of seen(html).filter((each) => each !== help))
      expect(`${subject}\n${text}`).toContain(line)
  })

  it('has one button at most, and loads, runs and styles nothing from elsewhere', () => {
    expect(html.match(/bgcolor/g) ?? []).toHaveLength(pages.length > 0 ? 1 : 0)
    expect(html).not.toMatch(/<(img|style|script|link|form|iframe|svg)|url\(|src=|@import/i)
    expect(html).toMatch(new RegExp(`^<!doctype html>\\n<html lang="${locale}"`))
  })
})

describe('a text that a client chose', () => {
  it('is left out where it could carry a message: a user agent', () => {
    const agent = write(
      { ...templates.new_device, userAgent: `Win at https://evil.example ${firefox}` },
      product,
    )
    expect(agent).toEqual(write(templates.new_device, product))
  })

  it('is escaped in HTML, and unchanged in text', () => {
    const nasty = `<img src=x onerror="a('b')">&amp;`
    const safe = '&lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt;&amp;amp;'
    for (const mail of [
      write(templates.reset_password, { ...product, productName: nasty }),
      write({ ...templates.email_change_requested, newEmail: nasty }, product),
      write({ ...templates.email_changed, newEmail: nasty }, product),
      write({ ...templates.new_device, ip: nasty }, product),
      write({ ...templates.email_login, code: nasty }, product),
    ]) {
      expect(mail.text).toContain(nasty)
      expect(mail.html).toContain(safe)
      expect(mail.html).not.toContain('<img')
    }
  })

  it('never adds a tag or a line', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\r\nBcc: e@e', '</p><p>', '"\u2028>', '\u202e', '\ud800'),
    )
    const fields = fc.record({
      productName: text,
      newEmail: text,
      userAgent: text,
      ip: text,
      code: text,
    })
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fields, (kind, { productName, ...template }) => {
        const plain = write(templates[kind], product)
        const mail = write({ ...templates[kind], ...template } as EmailTemplate, { ...product, productName })
        expect(tags(mail.html)).toEqual(tags(plain.html))
        expect(mail.text.split(/[\r\n\u2028\u2029]/)).toHaveLength(plain.text.split('\n').length)
        expect(mail.subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u)
        expect(Object.values(mail).every((each) => each.isWellFormed())).toBe(true)
      }),
    )
  })

  it('cannot end its link: a token', () => {
    const { text, html } = write({ ...templates.reset_password, token: 'a" b>/?&#\n' }, product)
    const link = `${base}/reset-password#token=a%22%20b%3E%2F%3F%26%23%0A`
    expect([...linksOfText(text)]).toEqual([link])
    expect([...linksOfHtml(html)]).toEqual([link])
  })
})

describe('a link', () => {
  it.each([
    ['https://app.example.com', 'https://app.example.com'],
    ['https://app.example.com/', 'https://app.example.com'],
    ['https://app.example.com/a/b', 'https://app.example.com/a/b'],
    ['https://app.example.com/a/b//', 'https://app.example.com/a/b'],
    [`https://app.example.com/a&b"c'`, `https://app.example.com/a&b"c'`],
  ])('on the base %s begins with %s/', (linkBaseUrl, begin) => {
    const { text, html } = write(templates.already_registered, { ...product, linkBaseUrl })
    const expected = new Set([`${begin}/login`, `${begin}/forgot-password`])
    expect(linksOfText(text)).toEqual(expected)
    expect(linksOfHtml(html)).toEqual(expected)
  })
})

describe('dates and durations', () => {
  it.each([
    ['en', '1 hour', '24 hours', '21 September 2026 at 14:13 (UTC)'],
    ['de', '1 Stunde', '24 Stunden', '21. September 2026 um 14:13 (UTC)'],
    ['fr', '1 heure', '24 heures', '21 septembre 2026 à 14:13 (UTC)'],
    ['es', '1 hora', '24 horas', '21 de septiembre de 2026 a las 14:13 (UTC)'],
    ['pt', '1 hora', '24 horas', '21 de setembro de 2026 às 14:13 (UTC)'],
    ['ja', '1 時間', '24 時間', '2026年9月21日 14:13 (UTC)'],
  ] as const)('are those of the language %s', (locale, one, many, at) => {
    const written = (hours: number) => write({ ...templates.verify_email, hours }, inLanguage(locale)).text
    // Intl puts other spaces between a number and its unit.
    expect(written(1).replace(/\s/g, ' ')).toContain(one)
    expect(written(24).replace(/\s/g, ' ')).toContain(many)
    expect(write(templates.password_changed, inLanguage(locale)).text.replace(/\s/g, ' ')).toContain(at)
  })
})

describe('a device', () => {
  it.each([
    [firefox, 'Device: Firefox on Windows'],
    ['okhttp/4.12 (Android 14)', 'Device: An app on Android'],
    ['Firefox/1.0', 'Device: Firefox\n'],
    ['curl/8.5.0', 'Device: unknown'],
  ])('%s is shown as %s', (userAgent, line) => {
    expect(write({ ...templates.new_device, userAgent }, product).text).toContain(line)
  })
})

describe('a mail that differs by case', () => {
  it('says that another account will be removed, only if one will be', () => {
    const texts = [true, false].map(
      (replaces) => write({ ...templates.verify_new_email, replaces }, product).text,
    )
    expect(texts.map((text) => text.includes('that account is removed'))).toEqual([true, false])
  })

  it('says who deleted the account', () => {
    const texts = (['owner', 'administrator'] as const).map(
      (by) => write({ ...templates.account_deleted, by }, product).text,
    )
    expect(texts.map((text) => text.includes('An administrator of Acme'))).toEqual([false, true])
  })

  it('names the subject and the button of the warning, as a deployer has replaced them', () => {
    const warning = { subject: 'A change for {product}', text: ['{facts}', '[Stop it]({link})'] }
    const texts = { ...catalogue.en, email_change_requested: warning }
    const { text } = write(templates.email_changed, { ...product, texts })
    expect(text).toContain('“A change for Acme” and press “Stop it”')
  })
})

it('a placeholder in a value stays as it is', () => {
  const { text } = write(templates.reset_password, { ...product, productName: '{time} [x]({link})' })
  expect(text).toContain('your account at {time} [x]({link}).')
})
