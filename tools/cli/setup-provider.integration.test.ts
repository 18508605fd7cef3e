import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { commandLogGroup } from '../deploy/command-log.ts'
import { isolatedAwsEnv } from '../local/isolated-aws-env.ts'
import { startParameterStore } from '../local/parameter-store.ts'
import { callersArn, startAwsServices } from '../testing/aws-services.ts'
import { memoryParameters } from '../testing/keys.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** The stage `prod`, and `npm run setup -- provider` with a secret on its standard input. */
async function prod() {
  const parameters = memoryParameters()
  const store = await startParameterStore(parameters, '/cardea/prod')
  const aws = await startAwsServices(isolatedAwsEnv.AWS_SECRET_ACCESS_KEY)
  closing.push(store.close, aws.close)
  const env = { PATH: process.env.PATH, ...isolatedAwsEnv, ...aws.env, AWS_ENDPOINT_URL_SSM: store.endpoint }
  const setup = async (input: string, ...words: string[]) => {
    const command = ['tools/cli/setup.ts', 'provider', 'google', '--stage', 'prod', ...words]
    const child = spawn(process.execPath, command, { env })
    child.stdin.end(input)
    const ended = new Promise((resolve) => child.once('exit', resolve))
    const [status, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
    return { status, stdout, stderr }
  }
  return { parameters, aws, setup }
}

it('the secret of a provider is stored in SSM, replaced and removed, and each is logged without it', async () => {
  const { parameters, aws, setup } = await prod()
  aws.makeLogGroup(commandLogGroup('prod'))
  for (const secret of ['first', 'second']) {
    expect(await setup(`${secret}\n`)).toEqual({
      status: 0,
      stdout:
        'In SSM /cardea/prod in eu-central-1, AWS account 123456789012:\nStored the secret of google in SSM /cardea/prod in eu-central-1\n',
      stderr: '',
    })
    expect([...parameters.kept]).toEqual([['providers/google', secret]])
  }
  expect(await setup('', '--remove')).toMatchObject({ status: 0 })
  expect([...parameters.kept]).toEqual([])
  const lines = aws.linesOf(commandLogGroup('prod'))
  const run = { type: 'command.run', command: 'setup provider google', actor: callersArn }
  const [set, removed] = ['provider.secret_set', 'provider.secret_removed'].map((type) => ({
    type,
    provider: 'google',
    actor: callersArn,
  }))
  expect(lines).toMatchObject([run, set, run, set, run, removed])
  expect(JSON.stringify(lines)).not.toMatch(/first|second/)
})

it('without its log nothing is stored, unless the line is printed instead', async () => {
  const { parameters, setup } = await prod()
  expect(await setup('secret')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('Nothing was done'),
  })
  expect([...parameters.kept]).toEqual([])
  const { status, stderr } = await setup('secret', '--unlogged')
  expect([status, stderr]).toEqual([0, expect.stringContaining('"type":"provider.secret_set"')])
  expect([...parameters.kept]).toEqual([['providers/google', 'secret']])
})
