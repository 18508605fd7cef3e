import type { RefusalCode } from '../domain/refusal.ts'

/** The public status (RFC 9110) and sentence of each refusal code. */
export const errors: Readonly<Record<RefusalCode, { readonly status: number; readonly detail: string }>> = {
  invalid_request: { status: 400, detail: 'The request does not match what this route expects.' },
  unsupported_media_type: { status: 415, detail: 'Send the body as application/json.' },
  payload_too_large: { status: 413, detail: 'The body must not exceed 10 KB.' },
  unauthorized: { status: 401, detail: 'Send a valid access token.' },
  forbidden: { status: 403, detail: 'Your roles do not allow this request.' },
  not_found: { status: 404, detail: 'This does not exist.' },
  conflict: { status: 409, detail: 'Another request changed this at the same time. Try again.' },
  wrong_password: { status: 403, detail: 'The password is wrong.' },
  last_administrator: { status: 409, detail: 'This is the last active administrator.' },
  own_account: { status: 409, detail: 'You cannot do this to your own account.' },
  invalid_credentials: { status: 401, detail: 'The email or the password is wrong.' },
  account_disabled: { status: 403, detail: 'This account is disabled.' },
  invalid_refresh_token: { status: 401, detail: 'Send a valid refresh token, or log in.' },
  session_ended: { status: 401, detail: 'This session has ended. Log in again.' },
  refresh_token_reused: {
    status: 401,
    detail: 'This refresh token was already used, so the session was ended. Log in again.',
  },
  untrusted_proxy: {
    status: 403,
    detail: 'The proxy in front of this API must send its secret and the address of the client.',
  },
  origin_not_allowed: {
    status: 403,
    detail: 'A request with a cookie must come from an allowed origin of the same site as this API.',
  },
  email_taken: { status: 409, detail: 'An account with this email exists.' },
  email_changed_recently: {
    status: 409,
    detail: 'The email was changed in the last 7 days, and the change can still be undone.',
  },
  email_not_verified: { status: 403, detail: 'Verify your email first: open the link that we sent you.' },
  weak_password: { status: 400, detail: 'This password is too easy to guess.' },
  invalid_link: { status: 400, detail: 'This link is not valid, or no longer valid. Request a new one.' },
  invalid_code: { status: 400, detail: 'This code is wrong or no longer valid.' },
  reauthentication_required: {
    status: 401,
    detail:
      'Prove who you are again with POST /auth/reauthenticate, then send this request with the new access token.',
  },
  second_factor_required: {
    status: 403,
    detail: 'Send a second factor with this authSession to POST /auth/second-factor.',
  },
  second_factor_enrolment_required: { status: 403, detail: 'Add a second factor to your account first.' },
  second_factor_missing: { status: 409, detail: 'An administrator must have a second factor.' },
  last_way_in: { status: 409, detail: 'This is the only way to log in to the account.' },
  invalid_auth_session: { status: 400, detail: 'This login has expired or was completed. Log in again.' },
  invalid_passkey: { status: 400, detail: 'This passkey could not be verified.' },
  passkey_exists: { status: 409, detail: 'This passkey is registered already.' },
  too_many_passkeys: { status: 409, detail: 'An account can have 20 passkeys. Remove one first.' },
  signup_closed: { status: 403, detail: 'This deployment takes no new accounts.' },
  link_required: {
    status: 403,
    detail: 'An account with this email exists. Prove it with this linkSession at POST /auth/social/link.',
  },
  email_required: {
    status: 403,
    detail: 'Prove an email with this linkSession: POST /auth/social/email, then POST /auth/social/link.',
  },
  invalid_link_session: { status: 400, detail: 'This login has expired or was completed. Begin again.' },
  identity_taken: { status: 409, detail: 'Another account is linked to this login.' },
  too_many_identities: { status: 409, detail: 'An account can have 10 identities. Remove one first.' },
  too_many_attempts: { status: 429, detail: 'Too many attempts. Wait for the seconds in Retry-After.' },
  not_enabled: { status: 404, detail: 'This deployment does not offer this feature.' },
  unavailable: { status: 503, detail: 'A service that this request needs does not answer. Try again.' },
}
