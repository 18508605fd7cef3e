import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { DescribeTimeToLiveCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { makeFirstKeys } from '../../lib/crypto/key-rotation.ts'
import { fileParameters } from '../../lib/parameters/file.ts'
import { commandLogGroup } from '../deploy/command-log.ts'
import { tableNamesOf } from '../deploy/settings.ts'
import { registry } from '../generate/registry.ts'
import { createTables } from '../local/create-tables.ts'
import { startDynoxide } from '../local/dynamodb.ts'
import { isolatedAwsEnv } from '../local/isolated-aws-env.ts'
import { mailedToken } from '../local/mailbox.ts'
import { startParameterStore } from '../local/parameter-store.ts'
import { awsCli } from '../testing/aws-cli.ts'
import { type LogLine, startAwsServices } from '../testing/aws-services.ts'
import { browser } from '../testing/browser.ts'
import { tableEnv } from '../testing/engine.ts'
import { npmStartOver } from '../testing/npm-start.ts'
import { type Ran, shell } from '../testing/shell.ts'
import { totpCode } from '../testing/totp-codes.ts'

/** The blocks of a section of the guide, as an operator pastes them. */
function blocksOf(section: string): string[] {
  const guide = readFileSync('docs/deploy.md', 'utf8')
  const [, part = ''] = new RegExp(`^## ${section}\\n(.*?)^## `, 'ms').exec(`${guide}\n## `) ?? []
  const blocks = [...part.matchAll(/^( *)```sh\n(.*?)^ *```$/gms)].map(([, indent = '', block = '']) =>
    block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  )
  if (blocks.length === 0) throw new Error(`docs/deploy.md has no commands under ${section}`)
  return blocks
}

const folder = mkdtempSync(join(tmpdir(), 'cardea-manual-'))
const npmStart = npmStartOver(folder)
const keysPath = '/cardea/prod'
const tables = tableNamesOf('prod')
const closing: (() => unknown)[] = []
afterAll(async () => {
  for (const close of closing.reverse()) await close()
  rmSync(folder, { recursive: true, force: true })
})

/** A stage `prod` over local engines, and the shell of its operator with stand-ins of `aws` and `npx serverless`. */
async function prod() {
  Object.assign(process.env, isolatedAwsEnv)
  const { endpoint, child } = await startDynoxide()
  closing.push(() => child.stop())
  await createTables(tables, endpoint)
  const parameters = fileParameters(join(folder, 'keys.json'))
  await makeFirstKeys(parameters, { now: Math.floor(Date.now() / 1000) })
  const ofDev = fileParameters(join(folder, 'keys-of-dev.json'))
  await makeFirstKeys(ofDev, { now: Math.floor(Date.now() / 1000) })
  const stores = {
    prod: await startParameterStore(parameters, keysPath),
    dev: await startParameterStore(ofDev, '/cardea/dev'),
  }
  const services = await startAwsServices(isolatedAwsEnv.AWS_SECRET_ACCESS_KEY)
  closing.push(stores.prod.close, stores.dev.close, services.close)
  services.makeLogGroup(commandLogGroup('prod'))

  const dynamodb = new DynamoDBClient({ endpoint })
  closing.push(() => dynamodb.destroy())
  const names = (await registry()).map(({ name }) => name)
  const ofProd = names.map((name) => `cardea-prod-${name}`)
  const functions = new Map<string, number | undefined>(
    [...ofProd, 'cardea-prod2-healthGet', 'cardea-dev-healthGet'].map((name) => [name, undefined]),
  )
  const isProtected = new Set([tables.usersTable])
  const isRecoverable = new Set([tables.usersTable])
  const functionLines: LogLine[] = []
  const logs = () =>
    new Map([
      ['/aws/lambda/cardea-prod-any', functionLines],
      [commandLogGroup('prod'), services.linesOf(commandLogGroup('prod'))],
      [
        '/aws/lambda/cardea-dev-any',
        [{ type: 'user.deleted', userId: 'of dev', time: new Date().toISOString() }],
      ],
    ])
  const stacks = new Map<string, 'protected' | 'free'>([
    ['cardea-dev', 'free'],
    ['cardea-dev-boundary', 'free'],
    ['cardea-prod', 'protected'],
    ['cardea-prod-boundary', 'free'],
  ])
  const aws = awsCli({ stacks, dynamodb, parameters, keysPath, functions, isProtected, isRecoverable, logs })
  const env = {
    ...isolatedAwsEnv,
    ...services.env,
    ...programs(
      async (program, words) => {
        if (program === 'aws') return aws.run(words)
        const [, stage] = /^serverless remove --stage (\w+)$/.exec(words.join(' ')) ?? []
        if (!stage) throw new Error(`The stand-in does not know "npx ${words.join(' ')}"`)
        return aws.run(['cloudformation', 'delete-stack', '--stack-name', `cardea-${stage}`])
      },
      await listening(answerPrograms),
    ),
    HOME: folder,
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_ENDPOINT_URL_SSM: await listening(async (body, target) => {
      const { endpoint } = body.includes('"/cardea/dev/') ? stores.dev : stores.prod
      const answer = await fetch(endpoint, { method: 'POST', headers: { 'x-amz-target': target }, body })
      const said = (await answer.json()) as { Parameters?: { Name: string; Value: string }[] }
      const { WithDecryption = true } = JSON.parse(body)
      // The stand-in for functions omits these, and `npm run doctor` reads them.
      const Parameters = said.Parameters?.map((each) => {
        const isSecret = !each.Name.includes('/access/public/')
        const Type = isSecret ? 'SecureString' : 'String'
        const Value = isSecret && !WithDecryption ? 'AQICAHh' : each.Value
        // A minute ago: `npm run doctor` notes the time before it asks.
        return { ...each, Type, Value, LastModifiedDate: Date.now() / 1000 - 60 }
      })
      return { status: answer.status, text: JSON.stringify({ ...said, ...(Parameters && { Parameters }) }) }
    }),
    ALLOWED_ORIGINS: 'https://app.example.com',
    LINK_BASE_URL: 'https://app.example.com',
    MAIL_FROM: 'login@example.com',
    DOMAIN_NAME: 'auth.example.com',
    CERTIFICATE_ARN: 'arn:aws:acm:eu-central-1:123456789012:certificate/x',
  }
  const bash = shell(env)
  closing.push(bash.close)
  const api = () =>
    npmStart({
      DYNAMODB_ENDPOINT: endpoint,
      KEYS_PATH: keysPath,
      ...tableEnv(tables),
      REQUIRE_VERIFIED_EMAIL: 'false',
    })
  return {
    parameters,
    dynamodb,
    functions,
    ofProd,
    isProtected,
    isRecoverable,
    functionLines,
    commandLines: () => services.linesOf(commandLogGroup('prod')),
    aws,
    stacks,
    bash,
    api,
  }
}

/** Starts a server of this test. Returns its address. */
async function listening(
  answer: (body: string, target: string) => Promise<{ status: number; text: string }>,
): Promise<string> {
  const server = createServer(async (request, response) => {
    const { status, text: said } = await answer(await text(request), String(request.headers['x-amz-target']))
    response.writeHead(status).end(said)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`
}

type Program = (program: string, words: readonly string[]) => Promise<string>
let answerTo: Program | undefined

/** The output and the exit status of a program. */
async function answerPrograms(body: string): Promise<{ status: number; text: string }> {
  const [program, ...words] = JSON.parse(body) as string[]
  const said = await answerTo?.(String(program), words).then(
    (stdout) => ({ status: 0, stdout }),
    (error: Error) => ({ status: 254, stderr: `${error.name}: ${error.message}\n` }),
  )
  return { status: 200, text: JSON.stringify(said) }
}

/** Puts programs first on the PATH that print what `answer` returns. */
function programs(answer: Program, address: string): { PATH: string } {
  answerTo = answer
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  for (const name of ['aws', 'npx']) {
    writeFileSync(
      join(bin, name),
      `#!${process.execPath}
fetch('${address}', { method: 'POST', body: JSON.stringify(['${name}', ...process.argv.slice(2)]) })
  .then((answer) => answer.json())
  .then(({ status, stdout = '', stderr = '' }) => {
    process.stdout.write(stdout)
    process.stderr.write(stderr)
    process.exitCode = status
  })
`,
    )
    chmodSync(join(bin, name), 0o755)
  }
  return { PATH: `${bin}:${process.env.PATH}` }
}

describe('the manual of docs/deploy.md', () => {
  let stage: Awaited<ReturnType<typeof prod>>
  const pasted: string[] = []
  beforeAll(async () => {
    stage = await prod()
  })

  /** Pastes a block with its gaps filled, and expects every command in it to succeed. */
  async function paste(block: string | undefined, gaps: Readonly<Record<string, string>> = {}): Promise<Ran> {
    if (!block) throw new Error('The guide has fewer blocks than this test')
    let filled = block
    for (const [gap, value] of Object.entries(gaps)) {
      if (!filled.includes(gap)) throw new Error(`${gap} is not in ${block}`)
      filled = filled.replaceAll(gap, value)
    }
    expect(filled).not.toMatch(/<[a-z ]+>|example\.com(?!')/)
    const ran = await stage.bash.run(filled)
    expect([block, ran.failed, ran.failed && ran.stdout + ran.stderr]).toEqual([block, '', ''])
    pasted.push(block)
    return ran
  }
  const go = (started: { origin: string }) => browser(started as never)
  const person = (name: string) => ({
    email: `${name}@example.org`,
    password: `correct horse battery of ${name}`,
    name,
  })
  const pepper = async () => [...(await stage.parameters.below('pepper'))]

  it('lists, makes and revokes keys, and copies, restores and replaces the pepper', async () => {
    const [list, revoke, copy, putBack, replace, ...more] = blocksOf('Keys')
    expect(more).toEqual([])
    const { stdout } = await paste(list)
    const [, kid = ''] = /^access +(\S+) +signs /m.exec(stdout) ?? []
    expect(stdout).toMatch(/^keyed-hash +\S+ +hashes /m)
    expect((await paste(revoke, { '<kid>': kid })).stdout).toContain(`Removed access key ${kid}`)
    expect(stage.commandLines()).toContainEqual(
      expect.objectContaining({ type: 'command.run', command: 'keys revoke', kid }),
    )

    const kept = await pepper()
    const { stdout: lines } = await paste(copy)
    expect(readFileSync('tools/cli/setup.ts', 'utf8')).toContain("--query 'Parameters[].[Name, Value]'")
    await stage.parameters.remove('pepper', '000001')
    expect(await pepper()).toEqual([])
    const file = join(folder, 'pepper.txt')
    writeFileSync(file, lines)
    await paste(putBack, { 'pepper.txt': file })
    expect(await pepper()).toEqual(kept)

    await paste(replace)
    expect((await stage.bash.run('npm run -s keys -- list --stage prod')).stdout).toMatch(
      /^pepper .* hashes +from .*\npepper .* hashes next +from .*$/m,
    )
  })

  it('shows, disables and enables accounts, and restores users so that no old credential works', async () => {
    const before = await stage.api()
    await before.ready()
    const [ada, bob, carol, eve] = [person('ada'), person('bob'), person('carol'), person('eve')]
    const ids: Record<string, string> = {}
    for (const each of [ada, bob, carol, eve]) {
      const signup = await go(before)('POST', '/auth/signup', each)
      ids[each.email] = signup.body.user.id
    }
    const logIn = async (started: typeof before, { email, password }: typeof ada) =>
      go(started)('POST', '/auth/login', { email, password, transport: 'body' })
    const bearer = (login: { body: { accessToken: string } }) => ({
      authorization: `Bearer ${login.body.accessToken}`,
    })
    /** The authorizer is loaded by its first request, which may take longer than its time-out. */
    const authorized = async (started: typeof before, headers: Record<string, string>) => {
      for (let attempts = 0; attempts < 5; attempts++)
        if ((await go(started)('GET', '/users/me', undefined, headers)).status === 200) return
      throw new Error('The authorizer does not get ready')
    }
    const old = await logIn(before, ada)
    expect(old.status).toBe(200)
    await authorized(before, bearer(old))

    const [accounts] = blocksOf('Accounts')
    const shown = await paste(accounts, { '<email>': eve.email, '<id>': String(ids[eve.email]) })
    expect(shown.stdout).toMatch(/sessions +1\n.* is disabled,.* is active,/s)

    const token = await mailedToken(before.mailbox, carol.email, 'verify-email')
    expect((await go(before)('POST', '/auth/email/verify', { token })).status).toBe(204)
    const carols = bearer(await logIn(before, carol))
    const enrolment = await go(before)('POST', '/users/me/totp', undefined, carols)
    expect(enrolment).toMatchObject({ status: 201 })
    const first = { code: totpCode(enrolment.body.secret, Math.floor(Date.now() / 1000)), transport: 'body' }
    const enrolled = await go(before)('POST', '/users/me/totp/confirm', first, carols)
    expect(enrolled.status).toBe(200)

    await stage.aws.remember(tables.usersTable)
    await new Promise((resolve) => setTimeout(resolve, 1100))
    const second = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString().replace('.000', '')

    // Changes that a restored table does not contain.
    const newPassword = 'another correct horse battery'
    const change = { currentPassword: ada.password, newPassword }
    expect(await go(before)('PUT', '/users/me/password', change, bearer(old))).toMatchObject({ status: 200 })
    const bobs = bearer(await logIn(before, bob))
    expect((await go(before)('DELETE', '/users/me', undefined, bobs)).status).toBe(204)
    expect((await go(before)('DELETE', '/users/me/totp', {}, bearer(enrolled))).status).toBe(200)
    await stage.bash.run(`npm run -s admin -- disable ${eve.email} --stage prod`)
    await before.interrupt()
    for (const [line] of before.said().matchAll(/^\{"time".*\}$/gm))
      stage.functionLines.push(JSON.parse(line))

    const blocks = blocksOf('Restore users')
    const [
      close,
      restore,
      look,
      backUp,
      replace,
      switchOn,
      keys,
      empty,
      query,
      correct,
      open,
      tidy,
      ...more
    ] = blocks
    expect(more).toEqual([])
    await paste(close)
    for (const name of stage.ofProd) expect([name, stage.functions.get(name)]).toEqual([name, 0])
    expect(stage.functions.get('cardea-prod2-healthGet')).toBeUndefined()
    await paste(restore, { '2026-11-22T09:00:00Z': second })
    const looked = await paste(look, { '<email>': ada.email })
    expect(looked.stdout).toMatch(new RegExp(`^[1-9]\\d*\\n[^]*^id +${ids[ada.email]}$`, 'm'))
    await paste(backUp)
    await paste(replace)
    await paste(switchOn)
    const { TimeToLiveDescription } = await stage.dynamodb.send(
      new DescribeTimeToLiveCommand({ TableName: tables.usersTable }),
    )
    expect(TimeToLiveDescription).toMatchObject({ AttributeName: 'keptUntil' })
    expect([stage.isProtected, stage.isRecoverable]).toEqual([
      new Set([tables.usersTable]),
      new Set([tables.usersTable]),
    ])
    const kids = async () => Object.keys(JSON.parse(readFileSync(join(folder, 'keys.json'), 'utf8')).refresh)
    const refreshKeys = await kids()
    const revoked = await paste(keys)
    expect(revoked.stdout).toMatch(/Removed refresh key.*Removed access key/s)
    expect(await kids()).not.toEqual(refreshKeys)
    expect((await paste(empty)).stdout).toMatch(/(?:^|\n)0\n(?:.*\n)?0\n$/s)
    for (const TableName of [tables.sessionsTable, tables.refreshTokenDenylistTable])
      expect((await stage.dynamodb.send(new ScanCommand({ TableName }))).Count).toBe(0)

    const changes = (await paste(query)).stdout
    const idOf = ({ email }: typeof ada) => String(ids[email])
    const changed = [...changes.matchAll(/^\S+\t(\S+)\t(\S+)/gm)].map(([, type, id]) => [type, id])
    expect(changed).toEqual([
      ['password.changed', idOf(ada)],
      ['user.deleted', idOf(bob)],
      ['factor.removed', idOf(carol)],
      ['user.disabled', idOf(eve)],
    ])
    const corrected = await paste(correct, {
      '<id>': idOf(bob),
      '<email>': bob.email,
      '<id of another>': idOf(eve),
      '<id of a third>': idOf(carol),
    })
    expect(corrected.stdout).toMatch(
      /This account is deleted.*eve@example\.org \S+ is disabled.*no password opens this account/s,
    )

    const after = await stage.api()
    await after.ready()
    await paste(open, { 'https://auth.example.com': after.origin })
    for (const name of stage.ofProd) expect([name, stage.functions.get(name)]).toEqual([name, undefined])

    const again = await logIn(after, ada)
    expect(again.status).toBe(200)
    await authorized(after, bearer(again))
    expect((await logIn(after, bob)).status).toBe(401)
    expect((await logIn(after, eve)).body.code).toBe('account_disabled')
    // Neither the removed factor nor the password opens the account.
    expect((await logIn(after, carol)).body.code).toBe('invalid_credentials')
    expect((await go(after)('GET', '/users/me', undefined, bearer(old))).status).toBe(401)
    const { refreshToken } = old.body
    expect(await go(after)('POST', '/auth/refresh', { refreshToken })).toMatchObject({ status: 401 })
    await after.interrupt()
    await paste(tidy)
    // This starts the API twice, and each start bundles every function.
  }, 900_000)

  it('removes stages and their keys', async () => {
    const [dev, unprotect, users, ...more] = blocksOf('Removal')
    expect(more).toEqual([])
    await paste(dev)
    expect(readFileSync(join(folder, 'keys-of-dev.json'), 'utf8')).not.toContain('kid')
    expect([...stage.stacks]).toEqual([
      ['cardea-prod', 'protected'],
      ['cardea-prod-boundary', 'free'],
    ])
    await paste(unprotect)
    expect(stage.stacks.get('cardea-prod')).toBe('free')
    await paste(users)
    expect(await pepper()).toEqual([])
    const keys = Object.entries(JSON.parse(readFileSync(join(folder, 'keys.json'), 'utf8')))
    expect(keys.length).toBeGreaterThan(5)
    for (const [name, left] of keys) expect([name, left]).toEqual([name, {}])
  })

  it('is tested completely: every block of these sections was run', () => {
    const sections = ['Keys', 'Accounts', 'Restore users', 'Removal']
    expect(pasted.sort()).toEqual(sections.flatMap(blocksOf).sort())
  })
})
