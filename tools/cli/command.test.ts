import { readWords, sentenceOf, UsageError } from './command.ts'

const options = {
  stage: { type: 'string', default: 'local' },
  really: { type: 'string' },
  remove: { type: 'boolean' },
} as const
const actions = { list: undefined, revoke: 'Say which', delete: 'Say whose' }
const read = (...typed: string[]) => {
  const { values, words } = readWords({ options, actions }, typed)
  return [{ ...values }, words]
}

describe('the words of a command line', () => {
  it('are options and the rest, in any order', () => {
    expect(read('revoke', 'abc', '--stage', 'prod', '--remove')).toEqual([
      { stage: 'prod', remove: true },
      ['revoke', 'abc'],
    ])
    expect(read('--stage=prod', 'list')).toEqual([{ stage: 'prod' }, ['list']])
    expect(read('list')).toEqual([{ stage: 'local' }, ['list']])
  })

  it.each(['-Abc_1', '--bc_1', '-', '-stage', '-h@example.com'])('may begin with a dash: %s', (word) => {
    expect(read('revoke', word, '--stage', 'prod')).toEqual([{ stage: 'prod' }, ['revoke', word]])
    expect(read('--stage', 'prod', 'revoke', word)).toEqual([{ stage: 'prod' }, ['revoke', word]])
    expect(read('revoke', '--stage', 'prod', '--', word)).toEqual([{ stage: 'prod' }, ['revoke', word]])
    expect(read('delete', 'x', '--really', word)).toEqual([{ stage: 'local', really: word }, ['delete', 'x']])
  })

  it('are refused by name when an option is unknown or has no value', () => {
    expect(() => read('revoke', 'abc', '--stag', 'prod')).toThrow(new UsageError("Unknown option '--stag'"))
    expect(() => read('list', '--stag', 'prod')).toThrow(new UsageError("Unknown option '--stag'"))
    expect(() => read('revoke', 'abc', '--stage')).toThrow(new UsageError('--stage needs a value'))
    expect(() => read('setup', '--really', '--remove')).toThrow(new UsageError('--really needs a value'))
    expect(() => read('list', '--remove=yes')).toThrow(/--remove.* does not take an argument/)
  })
})

describe('an error of AWS', () => {
  const failed = (message: string) =>
    sentenceOf(Object.assign(new Error(message), { name: 'AccessDeniedException', $fault: 'client' }))

  it('is told with its code, and with its message if it has one', () => {
    expect(failed('ada may not write')).toBe('AccessDeniedException: ada may not write')
    expect(failed('UnknownError')).toBe('AccessDeniedException')
  })
})
