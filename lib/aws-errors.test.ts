import { isTransient } from './aws-errors.ts'

describe('an error of AWS', () => {
  it.each([
    { name: 'ThrottlingException', status: 400 },
    { name: 'TooManyRequestsException', status: 400 },
    { name: 'TooManyUpdates', status: 400 },
    { name: 'LimitExceededException', status: 400 },
    { name: 'RequestLimitExceeded', status: 400 },
    { name: 'ProvisionedThroughputExceededException', status: 400 },
    { name: 'TransactionInProgressException', status: 400 },
    { name: 'TimeoutError' },
    { name: 'InternalServerError', status: 500 },
    { name: 'Error', code: 'ECONNREFUSED' },
    { name: 'Error', code: 'ERR_STREAM_PREMATURE_CLOSE' },
  ])('is transient: %j', (failure) => {
    expect(isTransient(failure)).toBe(true)
  })

  it.each([
    { name: 'ParameterLimitExceeded', status: 400 },
    { name: 'HierarchyLevelLimitExceededException', status: 400 },
    { name: 'ConditionalCheckFailedException', status: 400 },
    { name: 'AccessDeniedException', status: 400 },
    { name: 'Error', code: 'ERR_INVALID_ARG_TYPE' },
    {},
  ])('is not transient: %j', (failure) => {
    expect(isTransient(failure)).toBe(false)
  })
})
