import type { pageTexts } from '../languages/pages.ts'

export type ErrorName = keyof (typeof pageTexts)['en']['errors']

/** What any form may end with. A code without a text has the text `other`. */
const always: readonly ErrorName[] = ['required', 'too_many_attempts', 'network', 'unavailable', 'other']

/** What a proof may end with: a code, or a passkey. */
const proof: readonly ErrorName[] = [
  'invalid_code',
  'invalid_passkey',
  'passkey_not_given',
  'passkey_unsupported',
]
const secondStep: readonly ErrorName[] = [
  ...proof,
  ...(['invalid_auth_session', 'second_factor_enrolment_required', 'passkey_exists'] as const),
  ...(['email_not_verified', 'conflict'] as const),
]
const again: readonly ErrorName[] = [
  ...proof,
  ...(['wrong_password', 'code', 'reauthentication_required', 'email_not_verified', 'not_enabled'] as const),
]

/** What the forms of a page may also end with. A page gets no other texts, so that it stays small. */
const ofPage: Readonly<Record<string, readonly ErrorName[]>> = {
  login: [
    ...(['email', 'invalid_credentials', 'account_disabled', 'email_not_verified'] as const),
    ...(['not_enabled', 'conflict'] as const),
    ...secondStep,
  ],
  'sign-up': [
    ...(['email', 'name', 'newPassword', 'weak_password', 'email_taken', 'not_enabled'] as const),
    'signup_closed',
    'second_factor_enrolment_required',
  ],
  'verify-email': ['invalid_link', 'email_taken', 'email_changed_recently', 'conflict'],
  'forgot-password': ['email', 'not_enabled'],
  'reset-password': ['newPassword', 'weak_password', 'invalid_link', 'conflict'],
  'finish-sign-up': [
    ...(['newPassword', 'weak_password', 'invalid_link', 'conflict'] as const),
    ...(['invalid_passkey', 'passkey_exists', 'passkey_not_given', 'passkey_unsupported'] as const),
  ],
  'undo-email-change': ['undo_link', 'conflict'],
  'undo-second-factor': ['undo_link', 'conflict'],
  'email-login': ['email', 'code', 'invalid_link', 'not_enabled', 'conflict', ...secondStep],
  account: [
    ...(['session', 'user_changed', 'email', 'name', 'newPassword', 'weak_password'] as const),
    ...(['email_changed_recently', 'last_administrator', 'not_enabled', 'not_found', 'conflict'] as const),
    ...(['email_not_verified', 'second_factor_missing', 'last_way_in'] as const),
    ...(['passkey_exists', 'too_many_passkeys'] as const),
    ...again,
  ],
  admin: [
    ...(['session', 'user_changed', 'email', 'name', 'forbidden', 'not_found', 'not_enabled'] as const),
    ...(['own_account', 'last_administrator', 'conflict', 'last_way_in'] as const),
    ...(['second_factor_missing', 'second_factor_enrolment_required'] as const),
    ...again,
  ],
}

const flow = ['access_denied', 'social_expired', 'provider_unavailable', 'provider_error'] as const

/** What they may also end with if there are providers. */
const withProviders: Readonly<Record<string, readonly ErrorName[]>> = {
  login: [
    ...(['wrong_password', 'code', 'signup_closed', 'email_taken', 'identity_taken'] as const),
    'too_many_identities',
    ...flow,
  ],
  'email-login': ['identity_taken'],
  account: [...flow, 'identity_taken', 'too_many_identities'],
}

export const errorNames = (page: string, hasProviders: boolean): readonly ErrorName[] => [
  ...always,
  ...(ofPage[page] ?? []),
  ...(hasProviders ? (withProviders[page] ?? []) : []),
]
