import { expectDocumented } from './documented.ts'

const problem = {
  type: 'about:blank',
  title: 'Too Many Requests',
  status: 429,
  code: 'too_many_attempts',
  requestId: 'x',
}
const login = {
  status: 429,
  contentType: 'application/problem+json; charset=utf-8',
  retryAfter: '900',
  body: problem as unknown,
}
const check = (change: Partial<typeof login> = {}, route = 'POST /auth/login') => {
  const { status, contentType, retryAfter, body } = { ...login, ...change }
  const header = (name: string) => (name === 'content-type' ? contentType : retryAfter)
  return () => expectDocumented(route, { status, header, body })
}

describe('an answer that the document allows', () => {
  it('passes', () => {
    check()()
    check({ status: 204, body: undefined }, 'POST /auth/logout')()
  })
})

describe('an answer that the document does not allow fails the test that received it', () => {
  it.each([
    ['another status', check({ status: 418 }), /does not list this status/],
    ['another code', check({ body: { ...problem, code: 'conflict' } }), /code must be equal to one of/],
    ['a missing field', check({ body: { ...problem, title: undefined } }), /body/],
    ['another field', check({ body: { ...problem, hash: 'x' } }), /must NOT have additional properties/],
    ['no body', check({ body: undefined }), /does not allow this body/],
    [
      'another content type',
      check({ contentType: 'text/html' }),
      /does not allow the content type text\/html/,
    ],
    ['no seconds to wait', check({ retryAfter: '' }), /requires seconds in Retry-After/],
    ['a body with 204', check({ status: 204, body: {} }, 'POST /auth/logout'), /allows no body/],
    ['an unknown route', check({}, 'POST /auth/nothing'), /does not list this status/],
  ])('%s', (_, checking, message) => {
    expect(checking).toThrow(message)
  })
})
