import { commandLogGroup } from '../deploy/command-log.ts'
import { isolatedAwsEnv } from '../local/isolated-aws-env.ts'
import { startAwsServices } from '../testing/aws-services.ts'
import { commandLog } from './command-log.ts'

it('a change that fails half-way fails with its own error, and prints the events that cannot be logged', async () => {
  const aws = await startAwsServices(isolatedAwsEnv.AWS_SECRET_ACCESS_KEY)
  Object.assign(process.env, isolatedAwsEnv, aws.env)
  aws.makeLogGroup(commandLogGroup('prod'))
  const printed: unknown[] = []
  const said = jest.spyOn(console, 'error').mockImplementation((line) => void printed.push(line))
  try {
    const log = commandLog('prod')
    await log.begin('keys revoke', { kid: 'stolen' })
    aws.failAfter('Logs_20140328.PutLogEvents', 0, 'ThrottlingException')
    const change = log.during(async () => {
      log.record({ type: 'user.disabled', userId: 'ada' })
      throw new Error('the second half failed')
    })
    await expect(change).rejects.toThrow('the second half failed')
  } finally {
    said.mockRestore()
    aws.close()
  }
  expect(printed).toEqual([
    expect.stringContaining('"type":"user.disabled"'),
    expect.stringMatching(/cannot be written to the log \(ThrottlingException\)/),
  ])
  expect(aws.linesOf(commandLogGroup('prod'))).toMatchObject([{ command: 'keys revoke', kid: 'stolen' }])
})
