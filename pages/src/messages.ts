import type { ApiError } from '../../client/src/client.ts'
import { type Errors, fill } from './page-data.ts'

/** Codes whose text has another name, on pages without a text of the code's own name. Other codes have the text `other`. */
const names: Readonly<Record<string, keyof Errors>> = {
  unauthorized: 'session',
  session_ended: 'session',
  network_error: 'network',
  invalid_link: 'undo_link',
  invalid_link_session: 'invalid_auth_session',
}

/** The field that a refusal is about. It is the first of these that the form has. */
const fieldsOfCode: Readonly<Record<string, readonly string[]>> = {
  wrong_password: ['currentPassword', 'password'],
  weak_password: ['newPassword', 'password'],
  email_taken: ['email'],
  invalid_code: ['code', 'totp', 'recoveryCode'],
}

/** The texts of wrong fields, by the names that the API has for them. */
const textsOfField: Readonly<Record<string, keyof Errors>> = {
  email: 'email',
  newEmail: 'email',
  name: 'name',
  code: 'code',
  newPassword: 'newPassword',
  password: 'newPassword',
}

/** A duration in words, such as "5 minutes". It is rounded up, so that no user comes too early. */
export function duration(seconds: number, lang: string): string {
  const [amount, unit] =
    seconds < 60
      ? [Math.max(1, seconds), 'second']
      : seconds < 3600
        ? [seconds / 60, 'minute']
        : [seconds / 3600, 'hour']
  const words = new Intl.NumberFormat(lang, { style: 'unit', unit: String(unit), unitDisplay: 'long' })
  return words.format(Math.ceil(Number(amount)))
}

/** The text of a refusal. */
export function messageOf(error: ApiError, errors: Errors, lang: string): string {
  const textOf = (name: string) => Object.hasOwn(errors, name) && errors[name as keyof Errors]
  const other = Object.hasOwn(names, error.code) && names[error.code]
  return fill(textOf(error.code) || (other && textOf(other)) || errors.other, {
    time: duration(error.retryAfter, lang),
    request: error.requestId ?? error.code,
  })
}

/** The texts beside the fields of a form. Empty: the refusal is about the form. */
export function fieldMessages(
  error: ApiError,
  errors: Errors,
  has: (field: string) => boolean,
): Map<string, string> {
  if (error.code === 'invalid_request') {
    const textOf = (path: string) => {
      const name = textsOfField[path]
      return has(path) && name ? errors[name] : undefined
    }
    const named = error.fields.map(({ path }) => [path, textOf(path) ?? ''] as const)
    return new Map(named.filter(([, text]) => text))
  }
  const field = fieldsOfCode[error.code]?.find(has)
  const text = errors[error.code as keyof Errors]
  return new Map(field && text ? [[field, text]] : [])
}
