import type { pageTexts } from '../languages/pages.ts'

export type ErrorName = keyof (typeof pageTexts)['en']['errors']

/** What any form may end with. A code without a text has the text `other`. */
const always: readonly ErrorName[] = ['required', 'too_many_attempts', 'network', 'unavailable', 'other']

/** What the forms of a page may also end with. A page gets no other texts, so that it stays small. */
const ofPage: Readonly<Record<string, readonly ErrorName[]>> = {
  login: ['email', 'invalid_credentials', 'account_disabled', 'email_not_verified', 'not_enabled'],
  'sign-up': ['email', 'name', 'newPassword', 'weak_password', 'email_taken', 'not_enabled'],
  'verify-email': ['invalid_link', 'email_taken', 'email_changed_recently', 'conflict'],
  'forgot-password': ['email', 'not_enabled'],
  'reset-password': ['newPassword', 'weak_password', 'invalid_link', 'conflict'],
  'undo-email-change': ['invalid_link', 'conflict'],
  'email-login': ['email', 'code', 'invalid_code', 'invalid_link', 'not_enabled', 'conflict'],
  account: [
    ...([
      'session',
      'user_changed',
      'email',
      'name',
      'newPassword',
      'wrong_password',
      'weak_password',
    ] as const),
    ...(['email_changed_recently', 'last_administrator', 'not_enabled', 'not_found', 'conflict'] as const),
  ],
  admin: [
    ...(['session', 'user_changed', 'email', 'name', 'forbidden', 'not_found', 'not_enabled'] as const),
    ...(['own_account', 'last_administrator', 'conflict'] as const),
  ],
}

export const errorNames = (page: string): readonly ErrorName[] => [...always, ...(ofPage[page] ?? [])]
