/** Longer than 150 lines, because every mail is in one table. */

import type { EmailTemplate } from '../domain/email-templates.ts'
import type { Seconds } from '../domain/lifetimes.ts'
import { deviceName } from './device.ts'
import { type Draft, layOut, type Mail } from './template-layout.ts'

/** Pages of the front end that mails link to. Pages that take a token find it after `#token=`. */
type Page =
  | 'login'
  | 'forgot-password'
  | 'verify-email'
  | 'reset-password'
  | 'undo-email-change'
  | 'email-login'

interface Words {
  readonly product: string
  link(page: Page, token?: string): string
}

/**
 * The text of every mail. None contains the user's name: the author of a sign-up chooses the name and the address, and could
 * use it to send text to a stranger from our address.
 */
const drafts: {
  readonly [K in EmailTemplate['kind']]: (
    template: Extract<EmailTemplate, { kind: K }>,
    words: Words,
  ) => Draft
} = {
  verify_email: ({ token, hours }, { product, link }) => ({
    subject: `Verify your email address for ${product}`,
    blocks: [
      `Thank you for signing up for ${product}. One step is left: please verify your email address.`,
      { button: 'Verify my address', url: link('verify-email', token) },
      `The link works for ${count(hours, 'hour')}.`,
      `If you did not sign up for ${product}, please ignore this email and do not open the link.`,
    ],
  }),

  already_registered: (_, { product, link }) => ({
    subject: `You already have an account at ${product}`,
    blocks: [
      `Somebody, probably you, tried to sign up for ${product} with this email address. You already have an account ` +
        'here, so nothing was changed.',
      'If it was you, log in.',
      { button: 'Log in', url: link('login') },
      { link: 'If you have forgotten your password, choose a new one here', url: link('forgot-password') },
      'If it was not you, you do not need to do anything.',
    ],
  }),

  finish_sign_up: ({ token, minutes }, { product, link }) => ({
    subject: `Finish signing up for ${product}`,
    blocks: [
      `Somebody, probably you, just signed up for ${product} with this email address. It had been used for a sign-up ` +
        'before, and was never verified.',
      'If it was you, please choose your password again. That also verifies your address.',
      { button: 'Choose my password', url: link('reset-password', token) },
      `The link works once, for ${count(minutes, 'minute')}.`,
      'If it was not you, please ignore this email and do not open the link.',
    ],
  }),

  reset_password: ({ token, minutes }, { product, link }) => ({
    subject: `Choose a new password for ${product}`,
    blocks: [
      `Somebody, probably you, asked for a new password for your account at ${product}.`,
      { button: 'Choose a new password', url: link('reset-password', token) },
      `The link works once, for ${count(minutes, 'minute')}. Until you use it, nothing changes.`,
      'If you did not ask for this, please ignore this email and do not open the link.',
    ],
  }),

  reset_started: ({ token, minutes }, { product, link }) => ({
    subject: `Choose a new password for ${product}`,
    blocks: [
      `An administrator of ${product} asks you to choose a new password for your account.`,
      { button: 'Choose a new password', url: link('reset-password', token) },
      `The link works once, for ${count(minutes, 'minute')}. Until you use it, nothing changes.`,
      { link: 'If the link has expired, ask for another one here', url: link('forgot-password') },
    ],
  }),

  email_kept: ({ token, minutes }, { product, link }) => ({
    subject: `Choose a new password for ${product}`,
    blocks: [
      `Your account at ${product} keeps this email address. The person who tried to change it knew your password. That ` +
        'password no longer works, and every device is logged out.',
      'Please choose a new password, and then log in again.',
      { button: 'Choose a new password', url: link('reset-password', token) },
      `The link works once, for ${count(minutes, 'minute')}.`,
      { link: 'If the link has expired, ask for another one here', url: link('forgot-password') },
    ],
  }),

  verify_new_email: ({ token, hours, replaces }, { product, link }) => ({
    subject: `Verify your new email address for ${product}`,
    blocks: [
      `Somebody, probably you, asked to use this email address for their account at ${product}. If it was you, please ` +
        'verify it.',
      ...(replaces
        ? [
            'Another account was opened with this address, and the address was never verified. If you verify it here, ' +
              'that account is removed, with everything in it.',
          ]
        : []),
      { button: 'Verify my new address', url: link('verify-email', token) },
      `The link works once, for ${count(hours, 'hour')}. Until you use it, nothing changes. Afterwards, the change can ` +
        'be undone from the current address for some days.',
      'If it was not you, please ignore this email and do not open the link.',
    ],
  }),

  email_change_requested: ({ newEmail, token, days }, { product, link }) => ({
    subject: changeRequested(product),
    blocks: [
      `Somebody, probably you, asked to change the email address of your account at ${product}.`,
      { facts: [['New address', newEmail]] },
      'If it was you, you do not need to do anything here: we have sent a link to the new address.',
      'If it was not you, keep this address, and then choose a new password: somebody may know your current one.',
      { button: keepAddress, url: link('undo-email-change', token) },
      `The link works once, until ${count(days, 'day')} after the address was changed.`,
    ],
  }),

  email_login: ({ token, code, minutes }, { product, link }) => ({
    subject: `Log in to ${product}`,
    blocks: [
      `Somebody, probably you, asked to log in to ${product} by email.`,
      { button: 'Log in', url: link('email-login', token) },
      'Or enter this code where you asked to log in:',
      { code },
      `Both work once, for ${count(minutes, 'minute')}. Please do not share them with anybody: we will never ask you for them.`,
      'If it was not you, please ignore this email and do not open the link.',
    ],
  }),

  new_device: ({ at, userAgent, ip }, { product, link }) => ({
    subject: `New login to your account at ${product}`,
    blocks: [
      `Somebody, probably you, logged in to your account at ${product} on a device that is new to us.`,
      {
        facts: [
          ['When', instant(at)],
          ['Device', deviceName(userAgent)],
          ['IP address', ip],
        ],
      },
      'If it was you, you do not need to do anything.',
      'If it was not you, please choose a new password at once. That also logs out every device.',
      { button: 'Choose a new password', url: link('forgot-password') },
    ],
  }),

  password_changed: ({ at }, { product, link }) => ({
    subject: `Your password for ${product} was changed`,
    blocks: [
      `The password of your account at ${product} was changed.`,
      { facts: [['When', instant(at)]] },
      'If it was you, you do not need to do anything.',
      'If it was not you, please choose a new password at once. That also logs out every device.',
      { button: 'Choose a new password', url: link('forgot-password') },
    ],
  }),

  email_changed: ({ at, newEmail, days }, { product }) => ({
    subject: `Your email address for ${product} was changed`,
    blocks: [
      `The email address of your account at ${product} was changed. From now on, we write to the new address.`,
      {
        facts: [
          ['When', instant(at)],
          ['New address', newEmail],
        ],
      },
      'If it was you, you do not need to do anything.',
      `If it was not you, please look for our email “${changeRequested(product)}” and press “${keepAddress}” there. ` +
        `This restores your account, for ${count(days, 'day')} after the change.`,
    ],
  }),

  token_reused: ({ at }, { product, link }) => ({
    subject: `We logged out one of your devices from ${product}`,
    blocks: [
      `A login to your account at ${product} was used in two places at once. A bad connection can cause this, or ` +
        'somebody may have copied the login from your device. To be safe, we have ended it.',
      { facts: [['When', instant(at)]] },
      'If one of your devices was logged out, please log in there again.',
      'If this happens again, or you find changes in your account that you did not make, please choose a new password. ' +
        'That also logs out every device.',
      { button: 'Choose a new password', url: link('forgot-password') },
    ],
  }),

  account_deleted: ({ at, by }, { product }) => ({
    subject: `Your account at ${product} was deleted`,
    blocks: [
      by === 'owner'
        ? `Your account at ${product} was deleted. The request was made with its password.`
        : `An administrator of ${product} has deleted your account.`,
      { facts: [['When', instant(at)]] },
      'Every device is logged out, and the account cannot be restored. What is left in logs and backups is deleted later.',
      `If you did not want this, please tell ${product}: somebody may have known your password.`,
    ],
  }),
}

const changeRequested = (product: string) => `Your email address for ${product} is about to change`
const keepAddress = 'Keep this address'

const count = (many: number, unit: string) => `${many} ${unit}${many === 1 ? '' : 's'}`

const date = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'long',
  timeStyle: 'short',
  timeZone: 'UTC',
})
const instant = (at: Seconds) => `${date.format(at * 1000)} (UTC)`

/** Renders a template. `linkBaseUrl` is the address of the front end's pages. */
export function write(
  template: EmailTemplate,
  { productName, linkBaseUrl }: { productName: string; linkBaseUrl: string },
): Mail {
  const base = linkBaseUrl.replace(/\/+$/, '')
  const draft = drafts[template.kind] as (template: EmailTemplate, words: Words) => Draft
  const words: Words = {
    product: productName,
    // After `#`, so that no server log and no Referer contains the token.
    link: (page, token) =>
      `${base}/${page}${token === undefined ? '' : `#token=${encodeURIComponent(token)}`}`,
  }
  const last = `${productName} sends this email automatically, and will never ask you for your password by email.`
  return layOut(draft(template, words), last)
}
