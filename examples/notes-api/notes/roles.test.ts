import { rolesOf } from './roles.ts'

describe('the roles of a token', () => {
  it.each([
    ['a list', ['user', 'admin'], ['user', 'admin']],
    ['the text of API Gateway', '[user admin]', ['user', 'admin']],
    ['the text of one role', '[user]', ['user']],
    ['an empty list', [], []],
    ['the text of an empty list', '[]', []],
    ['no claim', undefined, []],
    ['another type', 7, []],
    ['a list with another type', ['user', 7], ['user']],
    ['text that is no list', 'admin', []],
    ['a name that contains another', '[user not-admin]', ['user', 'not-admin']],
    ['a part of a name', '[superadmin]', ['superadmin']],
  ])('are read from %s', (_, roles, expected) => {
    expect(rolesOf({ roles })).toEqual(expected)
  })
})
