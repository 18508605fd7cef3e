import type { EmailTemplate } from '../domain/email-templates.ts'
import type { Seconds } from '../domain/lifetimes.ts'
import type { Locale } from '../domain/locales.ts'
import { namedDevice } from './device.ts'
import { type Block, layOut, type Mail } from './template-layout.ts'
import type { MailName, MailTexts } from './texts.ts'

/** Pages of the front end that mails link to. Pages that take a token find it after `#token=`. */
type Page =
  | 'login'
  | 'forgot-password'
  | 'verify-email'
  | 'finish-sign-up'
  | 'reset-password'
  | 'undo-email-change'
  | 'undo-second-factor'
  | 'email-login'

/** What a mail contains beside its text. The text says where each part stands. */
interface Content {
  /** The name of the text, if it is not that of the template. */
  readonly text?: MailName
  readonly link?: readonly [page: Page, token?: string]
  /** How long the link works. */
  readonly time?: readonly [many: number, unit: 'minute' | 'hour' | 'day']
  readonly facts?: Facts
  readonly code?: string
}
interface Facts {
  readonly at?: Seconds
  readonly userAgent?: string
  readonly ip?: string
  readonly newEmail?: string
  readonly factor?: 'totp' | 'passkey'
  readonly provider?: string
  readonly accountName?: string | undefined
  readonly left?: number
}

const contents: {
  readonly [K in EmailTemplate['kind']]: (template: Extract<EmailTemplate, { kind: K }>) => Content
} = {
  verify_email: ({ token, hours }) => ({ link: ['verify-email', token], time: [hours, 'hour'] }),
  already_registered: () => ({ link: ['login'] }),
  finish_sign_up: ({ token, hours }) => ({ link: ['finish-sign-up', token], time: [hours, 'hour'] }),
  reset_password: ({ token, minutes }) => ({ link: ['reset-password', token], time: [minutes, 'minute'] }),
  reset_started: ({ token, minutes }) => ({ link: ['reset-password', token], time: [minutes, 'minute'] }),
  email_kept: ({ token, minutes }) => ({ link: ['reset-password', token], time: [minutes, 'minute'] }),
  verify_new_email: ({ token, hours, replaces }) => ({
    text: replaces ? 'verify_new_email_replacing' : 'verify_new_email',
    link: ['verify-email', token],
    time: [hours, 'hour'],
  }),
  email_change_requested: ({ newEmail, token, days }) => ({
    facts: { newEmail },
    link: ['undo-email-change', token],
    time: [days, 'day'],
  }),
  email_login: ({ token, code, minutes }) => ({
    link: ['email-login', token],
    code,
    time: [minutes, 'minute'],
  }),
  social_code: ({ code, minutes, provider, accountName }) => ({
    facts: { provider, accountName },
    code,
    time: [minutes, 'minute'],
  }),
  reauthentication_code: ({ code, minutes }) => ({
    code,
    time: [minutes, 'minute'],
    link: ['forgot-password'],
  }),
  first_factor_added: ({ at, token, days }) => ({
    facts: { at },
    link: ['undo-second-factor', token],
    time: [days, 'day'],
  }),
  factor_undone: ({ token, minutes }) => ({ link: ['reset-password', token], time: [minutes, 'minute'] }),
  factors_reset: ({ token, minutes }) => ({ link: ['reset-password', token], time: [minutes, 'minute'] }),
  new_device: ({ at, userAgent, ip }) => ({ facts: { at, userAgent, ip }, link: ['forgot-password'] }),
  password_changed: ({ at }) => ({ facts: { at }, link: ['forgot-password'] }),
  email_changed: ({ at, newEmail, days }) => ({ facts: { at, newEmail }, time: [days, 'day'] }),
  token_reused: ({ at }) => ({ facts: { at }, link: ['forgot-password'] }),
  factor_added: ({ at, factor }) => ({ facts: { at, factor }, link: ['forgot-password'] }),
  factor_removed: ({ at, factor }) => ({ facts: { at, factor }, link: ['forgot-password'] }),
  identity_linked: ({ at, provider, accountName }) => ({
    facts: { at, provider, accountName },
    link: ['forgot-password'],
  }),
  identity_unlinked: ({ at, provider, accountName }) => ({
    facts: { at, provider, accountName },
    link: ['forgot-password'],
  }),
  recovery_code_used: ({ at, left }) => ({ facts: { at, left }, link: ['forgot-password'] }),
  second_factor_failed: ({ at }) => ({ facts: { at }, link: ['forgot-password'] }),
  account_deleted: ({ at, by }) => ({
    text: by === 'owner' ? 'account_deleted' : 'account_deleted_by_administrator',
    facts: { at },
  }),
}

/** Renders a template in a language. `linkBaseUrl` is the address of the front end's pages. */
export function write(
  template: EmailTemplate,
  {
    productName: product,
    linkBaseUrl,
    locale,
    texts,
  }: { productName: string; linkBaseUrl: string; locale: Locale; texts: MailTexts },
): Mail {
  const contentOf = contents[template.kind] as (template: EmailTemplate) => Content
  const { text: name = template.kind as MailName, link, time, facts = {}, code = '' } = contentOf(template)
  const { common, email_change_requested: warning } = texts
  const base = linkBaseUrl.replace(/\/+$/, '')
  // After `#`, so that no server log and no Referer contains the token.
  const url = ([page, token]: NonNullable<Content['link']>) =>
    `${base}/${page}${token === undefined ? '' : `#token=${encodeURIComponent(token)}`}`
  const values = {
    product,
    time: time ? duration(locale, ...time) : '',
    warning: filled(warning.subject, { product }),
    button: filled(warning.text.map(labelOf).find(Boolean) ?? '', { product }),
  }
  const blockOf = (paragraph: string): Block => {
    if (paragraph === '{code}') return { code }
    if (paragraph === '{facts}') return { facts: factsOf(facts, common, locale) }
    const [, label, target] = linkLine.exec(paragraph) ?? []
    if (!label) return filled(paragraph, values)
    if (target === 'link') return { button: filled(label, values), url: url(link ?? ['login']) }
    return { link: filled(label, values), url: url(['forgot-password']) }
  }
  return layOut(
    { subject: filled(texts[name].subject, values), blocks: texts[name].text.map(blockOf) },
    {
      lang: locale,
      last: filled(common.automatic, values),
      buttonHelp: common.buttonHelp,
      beforeLink: (label) => filled(common.beforeLink, { label }),
    },
  )
}

/** A paragraph that is a link. */
export const linkLine = /^\[([^[\]]+)\]\(\{(link|forgotLink)\}\)$/
const labelOf = (paragraph: string) => {
  const [, label, target] = linkLine.exec(paragraph) ?? []
  return target === 'link' ? label : undefined
}

/** One pass, so that a brace in a value is only a brace. */
const filled = (text: string, values: Readonly<Record<string, string>>) =>
  text.replace(/\{(\w+)\}/g, (placeholder, name: string) => values[name] ?? placeholder)

type Common = MailTexts['common']

function factsOf(facts: Facts, common: Common, locale: Locale): [string, string][] {
  const { at, userAgent, ip, newEmail, factor, provider, accountName, left } = facts
  const rows = {
    at: at === undefined ? undefined : instant(at, locale),
    device: userAgent === undefined ? undefined : deviceName(userAgent, common),
    ip,
    newEmail,
    factor: factor && common[factor],
    provider,
    providerAccount: accountName,
    left: left === undefined ? undefined : String(left),
  }
  return Object.entries(rows).flatMap(([name, value]) =>
    value === undefined ? [] : [[common[name as keyof typeof rows], value]],
  )
}

function deviceName(userAgent: string, { deviceName, app, unknownDevice }: Common): string {
  const { browser, system } = namedDevice(userAgent)
  if (!system) return browser ?? unknownDevice
  return filled(deviceName, { browser: browser ?? app, system })
}

const duration = (locale: Locale, many: number, unit: string) =>
  new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(many)

// Without a region, `en` would be American.
const instant = (at: Seconds, locale: Locale) =>
  `${new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  }).format(at * 1000)} (UTC)`
