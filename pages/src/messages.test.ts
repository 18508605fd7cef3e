import { ApiError } from '../../client/src/client.ts'
import { errors as refusals } from '../../lib/contract/errors.ts'
import { socialErrors } from '../../lib/domain/social-ports.ts'
import { pages } from '../../lib/languages/en/pages.ts'
import { errorNames } from '../../lib/pages/error-texts.ts'
import { duration, fieldMessages, messageOf } from './messages.ts'

const { errors } = pages
const has =
  (...fields: string[]) =>
  (field: string) =>
    fields.includes(field)

describe('the message of a refusal', () => {
  it('says how long to wait', () => {
    const error = new ApiError('too_many_attempts', '', { retryAfter: 61 })
    expect(messageOf(error, errors, 'en')).toBe('Too many attempts. Please try again in 2 minutes.')
  })

  it.each([
    [0, '1 second'],
    [59, '59 seconds'],
    [60, '1 minute'],
    [3599, '60 minutes'],
    [3600, '1 hour'],
    [7201, '3 hours'],
  ])('names %i seconds %s', (seconds, expected) => {
    expect(duration(seconds, 'en')).toBe(expected)
  })

  it('gives what support asks for, if nothing better is known', () => {
    const error = new ApiError('internal_error', '', { requestId: 'abc-1' })
    expect(messageOf(error, errors, 'en')).toContain('abc-1')
  })

  // The pages cannot cause the others, or no user can do anything about them.
  const others = [
    'invalid_request',
    'unsupported_media_type',
    'payload_too_large',
    'untrusted_proxy',
    'origin_not_allowed',
    // Another step follows.
    ...['second_factor_required', 'link_required', 'email_required'],
  ]
  const tokens = ['invalid_refresh_token', 'refresh_token_reused']
  const shown = Object.keys(refusals).filter((code) => ![...others, ...tokens].includes(code))
  it.each([...new Set([...shown, ...socialErrors])])('of %s is its own', (code) => {
    expect(messageOf(new ApiError(code, ''), errors, 'en')).not.toContain('Something went wrong')
  })
})

describe('the messages beside fields', () => {
  const of = (code: string, ...fields: string[]) => [
    ...fieldMessages(new ApiError(code, ''), errors, has(...fields)),
  ]

  it('stand at the field that a refusal is about', () => {
    expect(of('wrong_password', 'newEmail', 'password')).toEqual([['password', errors.wrong_password]])
    expect(of('wrong_password', 'currentPassword', 'newPassword')).toEqual([
      ['currentPassword', errors.wrong_password],
    ])
    expect(of('weak_password', 'currentPassword', 'newPassword')).toEqual([
      ['newPassword', errors.weak_password],
    ])
  })

  it('do not tell which of email and password is wrong', () => {
    expect(of('invalid_credentials', 'email', 'password')).toEqual([])
  })

  it('leave a field out whose text the page does not have, so that the form says what is wrong', () => {
    const error = new ApiError('invalid_request', '', { fields: [{ path: 'password', message: '' }] })
    const few = { required: errors.required, other: errors.other }
    expect([...fieldMessages(error, few, has('email', 'password'))]).toEqual([])
    expect(messageOf(new ApiError('invalid_link', ''), few, 'en')).toContain('invalid_link')
    expect(messageOf(new ApiError('toString', ''), few, 'en')).toContain('toString')
  })

  it('of a link that undoes something do not ask for a new one, because nobody can request it', () => {
    const { undo_link, other } = errors
    expect(messageOf(new ApiError('invalid_link', ''), { undo_link, other } as never, 'en')).toBe(undo_link)
    expect(undo_link).not.toContain('request')
    expect(errorNames('undo-second-factor', true)).toContain('undo_link')
    expect(errorNames('undo-second-factor', true)).not.toContain('invalid_link')
  })

  it('name each wrong field of a request that the form has', () => {
    const fields = ['email', 'name', 'transport'].map((path) => ({ path, message: 'must be something' }))
    const error = new ApiError('invalid_request', '', { fields })
    expect([...fieldMessages(error, errors, has('email', 'name', 'password'))]).toEqual([
      ['email', errors.email],
      ['name', errors.name],
    ])
  })
})
