import fc from 'fast-check'
import type { EmailTemplate } from '../domain/email-templates.ts'
import { write } from './templates.ts'

const token = 'T0k_en-T0k_en-T0k_en'
const at = Date.UTC(2026, 8, 21, 14, 13) / 1000
const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0'

const templates: { readonly [K in EmailTemplate['kind']]: Extract<EmailTemplate, { kind: K }> } = {
  verify_email: { kind: 'verify_email', token, hours: 24 },
  already_registered: { kind: 'already_registered' },
  finish_sign_up: { kind: 'finish_sign_up', token, minutes: 30 },
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
  new_device: { kind: 'new_device', at, userAgent: firefox, ip: '2001:db8::7' },
  password_changed: { kind: 'password_changed', at },
  email_changed: { kind: 'email_changed', at, newEmail: 'new@example.com', days: 7 },
  token_reused: { kind: 'token_reused', at },
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
    says: ['Choose my password', '30 minutes', 'If it was not you'],
    pages: [`reset-password#token=${token}`],
  },
  reset_password: {
    says: ['Choose a new password', '30 minutes', 'If you did not ask'],
    pages: [`reset-password#token=${token}`],
  },
  reset_started: {
    says: ['An administrator', 'Choose a new password', '30 minutes'],
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
  account_deleted: {
    says: ['When: 21 September 2026 at 14:13 (UTC)', 'was deleted', 'cannot be restored', 'please tell Acme'],
    pages: [],
  },
}

const base = 'https://app.example.com/account'
const product = { productName: 'Acme', linkBaseUrl: base }
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

describe.each(kinds)('the template %s', (kind) => {
  const { subject, text, html } = write(templates[kind], product)
  const { says, pages } = musts[kind]

  it('contains its sentences, as text and as HTML', () => {
    for (const each of says) {
      expect(text).toContain(each)
      expect(seen(html).join('\n')).toContain(each)
    }
    expect(subject).toContain('Acme')
    expect(subject.length).toBeLessThan(70)
    expect(text).toContain('will never ask you for your password')
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
    const help = 'If the button does not work, open this link:'
    for (const line of seen(html).filter((each) => each !== help))
      expect(`${subject}\n${text}`).toContain(line)
  })

  it('has one button at most, and loads, runs and styles nothing from elsewhere', () => {
    expect(html.match(/bgcolor/g) ?? []).toHaveLength(pages.length > 0 ? 1 : 0)
    expect(html).not.toMatch(/<(img|style|script|link|form|iframe|svg)|url\(|src=|@import/i)
    expect(html).toMatch(/^<!doctype html>\n<html lang="en"/)
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

it('one hour is singular', () => {
  expect(write({ ...templates.verify_email, hours: 1 }, product).text).toContain('for 1 hour.')
})
