import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import { parse } from 'yaml'
import { commandLogGroup } from '../deploy/command-log.ts'
import { tableNamesOf } from '../deploy/settings.ts'
import { isolatedAwsEnv } from '../local/isolated-aws-env.ts'
import { newAccount } from '../testing/accounts.ts'
import { callersArn, startAwsServices } from '../testing/aws-services.ts'
import { engineStores, tableEnv } from '../testing/engine.ts'
import { withIdentity } from '../testing/identities.ts'
import { run } from '../testing/run.ts'

const NOW = Math.floor(Date.now() / 1000)
const group = commandLogGroup('prod')
const totp = { totp: true, passkeys: 0 }

/** A stage `prod` over the engine, and its command line with an operator's credentials. */
async function stage() {
  const stores = await engineStores(undefined, 'prod')
  const aws = await startAwsServices(isolatedAwsEnv.AWS_SECRET_ACCESS_KEY)
  aws.makeLogGroup(group)
  const env = {
    ...isolatedAwsEnv,
    ...aws.env,
    AWS_ENDPOINT_URL_DYNAMODB: stores.endpoint,
    ...tableEnv(stores.tables),
  }
  const admin = (...given: (string | Record<string, string>)[]) => {
    const words = given.filter((each) => typeof each === 'string')
    const settings = given.filter((each) => typeof each !== 'string')
    const shell = Object.assign({}, env, ...settings)
    return run('node', ['tools/cli/admin.ts', ...words, '--stage', 'prod'], { env: shell })
  }
  const open = async (change: Parameters<typeof newAccount>[0] = {}) => {
    const account = newAccount({ emailVerified: true, createdAt: new Date().toISOString(), ...change })
    await stores.users.create(account, NOW)
    await stores.sessions.open({
      id: randomUUID(),
      userId: account.id,
      sessionVersion: account.sessionVersion,
      generation: 1,
      createdAt: NOW,
      lastUsedAt: NOW,
      idleExpiresAt: NOW + 3600,
      expiresAt: NOW + 3600,
      rotatedAt: NOW,
      rotatedBy: 'x',
      refreshRate: { since: NOW, refreshes: 0 },
      authTime: NOW,
      amr: ['pwd'],
      acr: 'aal1',
      userAgent: 'test',
      ip: '192.0.2.1',
    })
    return account
  }
  const events = () =>
    aws.linesOf(group).map(({ type, userId, actor, command }) => ({ type, userId, actor, command }))
  return { ...stores, aws, admin, open, events }
}

let here: Awaited<ReturnType<typeof stage>>
beforeEach(async () => {
  here = await stage()
})
afterEach(() => here.aws.close())

const denied = (account: { id: string; claimsVersion: number }) =>
  here.denylist.denies({ userId: account.id, sessionId: randomUUID(), claimsVersion: account.claimsVersion })

describe('npm run admin on a stage', () => {
  it('treats an empty setting as missing, because the deployment from GitHub gives every name', async () => {
    const account = await here.open()
    const workflow = parse(readFileSync('.github/workflows/deploy.yml', 'utf8'))
    const names = Object.keys(workflow.jobs.deploy.env).filter((name) => !/_TABLE$|^AWS_REGION$/.test(name))
    expect(names).toContain('ISSUER')
    for (const empty of ['', ' ']) {
      const settings = Object.fromEntries(names.map((name) => [name, empty]))
      expect(await here.admin('disable', account.id, settings)).toMatchObject({ status: 0, stderr: '' })
    }
  })

  it('disables an account: its sessions and tokens end, and the log names the operator', async () => {
    const account = await here.open()
    const done = await here.admin('disable', account.email)
    expect(done).toMatchObject({ status: 0, stderr: '' })
    expect(done.stdout).toContain(`${account.email} (${account.id}) is disabled`)
    expect(await here.users.findById(account.id)).toMatchObject({
      status: 'disabled',
      sessionVersion: 2,
      claimsVersion: 2,
    })
    expect(await denied(account)).toBe(true)
    expect(await here.sessions.list(account.id, NOW)).toEqual([])
    const by = { userId: account.id, actor: callersArn }
    expect(here.events()).toEqual([
      { type: 'command.run', command: 'admin disable', ...by },
      { type: 'user.disabled', ...by },
    ])

    expect(await here.admin('enable', account.id.toUpperCase())).toMatchObject({ status: 0 })
    expect(await here.users.findById(account.id)).toMatchObject({ status: 'active', sessionVersion: 2 })
    expect(here.events().at(-1)).toEqual({ type: 'user.enabled', ...by })
  })

  it('names account, region and table before a change', async () => {
    const account = await here.open()
    const { stdout } = await here.admin('disable', account.id)
    expect(stdout.split('\n')[0]).toBe(
      `In table ${here.tables.usersTable} in ${isolatedAwsEnv.AWS_REGION}, AWS account 123456789012:`,
    )
  })

  it.each(Object.keys(tableEnv(tableNamesOf('prod'))))(
    'refuses a %s that was exported for another stage, before it reads the table',
    async (name) => {
      const account = await here.open()
      for (const table of ['acme-staging-users', 'acme-prod2-users']) {
        const refused = await here.admin('disable', account.id, { [name]: table })
        expect([refused.status, refused.stdout]).toEqual([1, ''])
        expect(refused.stderr).toContain(`${name} is not a table of the stage prod`)
      }
      expect(await here.users.findById(account.id)).toEqual(account)
      expect(here.events()).toEqual([])
    },
  )

  it('deletes an account only when its email is repeated', async () => {
    const account = await here.open()
    for (const words of [[], ['--really', 'other@example.com'], ['--really', account.id]]) {
      const asked = await here.admin('delete', account.id, ...words)
      expect([asked.status, asked.stderr]).toEqual([
        2,
        expect.stringContaining(`add --really ${account.email}`),
      ])
    }
    expect(await here.users.findById(account.id)).toBeDefined()
    const done = await here.admin('delete', account.id, '--really', account.email.toUpperCase())
    expect(done).toMatchObject({ status: 0, stdout: expect.stringContaining('This account is deleted') })
    expect(await here.users.findById(account.id)).toBeUndefined()
    expect(await here.users.findByEmail(account.email)).toBeUndefined()
    expect(await here.sessions.list(account.id, NOW)).toEqual([])
    expect(await denied(account)).toBe(true)
    expect(here.events().at(-1)).toMatchObject({
      type: 'user.deleted',
      userId: account.id,
      actor: callersArn,
    })
    expect(await here.admin('show', account.id)).toMatchObject({
      status: 1,
      stderr: 'No account has this id\n',
    })
  })

  it('mails the owner about the deletion where the sender is set, and otherwise says that it does not', async () => {
    const [mailed, unmailed] = [await here.open(), await here.open()]
    const sender = { MAIL_FROM: 'no-reply@example.com', LINK_BASE_URL: 'https://app.example.com' }
    const done = await here.admin('delete', mailed.id, '--really', mailed.email, sender)
    expect(done.stdout).not.toContain('MAIL_FROM')
    const { Items = [] } = await here.client.send(new ScanCommand({ TableName: here.tables.sessionsTable }))
    expect(Items.map(({ job }) => job)).toContainEqual(
      expect.objectContaining({ type: 'account_deleted', email: mailed.email, by: 'administrator' }),
    )
    expect((await here.admin('delete', unmailed.id, '--really', unmailed.email)).stdout).toContain(
      'is not told: MAIL_FROM',
    )
  })

  it('restores the former email and voids the password; a disabled account stays disabled', async () => {
    const account = await here.open()
    const former = account.email
    const newEmail = `${randomUUID()}@example.com`
    const keeps = { email: former, undoHash: 'u', keptUntil: NOW + 3600 }
    const changed = await here.users.change(account, {
      email: newEmail,
      endsSessions: false,
      deniedUntil: NOW,
      emailMove: { now: NOW, keeps },
    })
    if (typeof changed === 'string') throw new Error(changed)
    await here.users.change(changed, { status: 'disabled', endsSessions: true, deniedUntil: NOW })
    expect((await here.admin('show', former)).stdout).toContain(account.id)
    expect(await here.admin('enable', former)).toMatchObject({ status: 1 })
    const done = await here.admin('restore-email', former)
    expect(done).toMatchObject({ status: 0, stdout: expect.stringContaining(`${former} (${account.id})`) })
    expect(done.stdout).toContain('no password opens this account: once it is enabled')
    expect(await here.users.findByEmail(former)).toMatchObject({
      id: account.id,
      status: 'disabled',
      emailVerified: true,
      passwordHash: '',
      devices: [],
    })
    expect(await here.users.findByEmail(newEmail)).toBeUndefined()
    const by = { userId: account.id, actor: callersArn }
    expect(here.events().slice(1)).toMatchObject([
      { type: 'command.run', command: 'admin restore-email', ...by },
      { type: 'email.change_undone', ...by },
      { type: 'password.voided', ...by },
    ])
    const { Items = [] } = await here.client.send(new ScanCommand({ TableName: here.tables.sessionsTable }))
    expect(Items.map(({ job }) => job)).toContainEqual({
      type: 'email_change_undone',
      userId: account.id,
    })
  })

  it('restores no email where none is kept', async () => {
    const account = await here.open()
    for (const [named, says] of [
      [account.id, 'There is no former email'],
      [account.email, 'There is no former email'],
      ['unknown@example.com', 'No account has this email'],
      [randomUUID(), 'No account has this id'],
    ] as const) {
      const refused = await here.admin('restore-email', named)
      expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining(says)])
    }
    expect(await here.users.findById(account.id)).toEqual(account)
  })

  it('refuses to delete or disable the last administrator', async () => {
    const account = await here.open({ factors: totp })
    expect(await here.admin('grant', account.email)).toMatchObject({ status: 0 })
    for (const words of [['disable'], ['revoke'], ['delete', '--really', account.email]]) {
      const [action = '', ...more] = words
      expect(await here.admin(action, account.email, ...more)).toMatchObject({
        status: 1,
        stderr: 'This is the last active administrator.\n',
      })
    }
    expect(await here.users.administrators()).toEqual([account.id])
  })

  it('gives no role to an account with an unverified email, unless --unverified is given', async () => {
    const account = await here.open({ emailVerified: false, factors: totp })
    const refused = await here.admin('grant', account.email)
    expect([refused.status, refused.stdout]).toEqual([1, expect.stringMatching(/^In table .*:\n$/)])
    expect(refused.stderr).toMatch(/is active, its email was NEVER verified, is \d+ seconds? old/)
    expect(refused.stderr).toContain('--unverified')
    expect(refused.stderr).toContain('REQUIRE_VERIFIED_EMAIL=false')
    expect(await here.users.findById(account.id)).toEqual(account)
    expect(await here.users.administrators()).toEqual([])

    const granted = await here.admin('grant', account.email, '--unverified')
    expect(granted.stdout).toMatch(
      /is active, its email was NEVER verified, is .* old, and has the roles user, admin/,
    )
    expect(await here.users.administrators()).toEqual([account.id])
  })

  it('makes no account without a second factor an administrator, and says what to do', async () => {
    const account = await here.open()
    const refused = await here.admin('grant', account.email)
    expect(refused.status).toBe(1)
    expect(refused.stderr).toContain('/ui/account')
    expect(await here.users.findById(account.id)).toEqual(account)
    const all = await here.admin('grant', account.email, { SECOND_FACTOR_FOR: 'all' })
    expect([all.status, all.stderr]).toEqual([1, refused.stderr])

    const none = await here.admin('grant', account.email, { SECOND_FACTOR_FOR: 'none' })
    expect(none).toMatchObject({ status: 0, stderr: '' })
    expect(await here.users.administrators()).toEqual([account.id])
  })

  it('resets the factors of an account: its sessions end, and a mail sets a new password', async () => {
    const account = await here.open({ factors: totp, roles: ['user', 'admin'] })
    const done = await here.admin('reset-factors', account.email, { MAIL_FROM: 'a@example.com' })
    expect(done).toMatchObject({ status: 0, stderr: '' })
    expect(done.stdout).toContain('no password opens this account: a mail lets its user choose a new one')
    const none = { totp: false, passkeys: 0 }
    expect(await here.users.findById(account.id)).toMatchObject({ factors: none, passwordHash: '' })
    expect(await here.sessions.list(account.id, NOW)).toEqual([])
    expect(await denied(account)).toBe(true)
    const { Items = [] } = await here.client.send(new ScanCommand({ TableName: here.tables.sessionsTable }))
    expect(Items.map(({ job }) => job?.type)).toContain('factors_reset')
    const by = { userId: account.id, actor: callersArn }
    expect(here.events()).toEqual([
      { type: 'command.run', command: 'admin reset-factors', ...by },
      { type: 'factor.reset', ...by },
      { type: 'password.voided', ...by },
    ])
  })

  it('keeps the password where no mail can replace it, and refuses if there is none', async () => {
    const account = await here.open({ factors: totp })
    const kept = await here.admin('reset-factors', account.id)
    expect(kept).toMatchObject({ status: 0, stdout: expect.stringContaining('MAIL_FROM is not set') })
    expect((await here.users.findById(account.id))?.passwordHash).toBe(account.passwordHash)

    const other = await here.open({ factors: { totp: false, passkeys: 1 }, passwordHash: '' })
    const refused = await here.admin('reset-factors', other.id)
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('its only way in')])
    expect(await here.users.findById(other.id)).toEqual(other)
  })

  it('shows an account without its secrets', async () => {
    const account = await here.open({ devices: ['abcdefgh'] })
    const at = (now: number) => ({ ...here, clock: { now: () => now } })
    await withIdentity(at(NOW), account.id, { accountName: 'ada@\u001b[2J', sealedRefreshToken: 'abcdefgh' })
    await withIdentity(at(NOW + 1), account.id, { provider: 'acme', issuer: 'https://acme.example' })
    const { status, stdout } = await here.admin('show', account.email)
    expect(status).toBe(0)
    expect(stdout).toMatch(
      /^email +\S+ \(verified\)\nid +\S+\nname +"Ada Lovelace"\nstatus +active\nroles +user\nfactors +none$/m,
    )
    expect(stdout).toMatch(
      /^signed up +\S+Z, \d+ seconds? old\npassword +set\nidentities +google "ada@\\u001b\[2J", acme\nsessions +1\nformer email +none$/m,
    )
    expect(stdout).not.toMatch(/bcrypt|abcdefgh|192\.0\.2\.1/)
    expect(here.events()).toEqual([
      { type: 'command.run', command: 'admin show', userId: account.id, actor: callersArn },
    ])
  })

  it('changes nothing where the log cannot be written, unless --unlogged is given; then it prints the events', async () => {
    const account = await here.open()
    here.aws.failAfter('Logs_20140328.PutLogEvents', 0, 'AccessDeniedException')
    const refused = await here.admin('disable', account.email)
    expect([refused.status, refused.stdout]).toEqual([1, ''])
    expect(refused.stderr).toMatch(
      /^Nothing was done: .*\/cardea\/prod\/command-line .*AccessDenied.*--unlogged/,
    )
    expect(await here.users.findById(account.id)).toEqual(account)

    const done = await here.admin('disable', account.email, '--unlogged')
    expect(done.status).toBe(0)
    const lines = done.stderr.trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).type)).toEqual(['command.run', 'user.disabled'])
    expect(await here.users.findById(account.id)).toMatchObject({ status: 'disabled' })
  })

  it('says so and prints the events where the log fails after the change', async () => {
    const account = await here.open()
    // The first event is written, and the second is not.
    here.aws.failAfter('Logs_20140328.PutLogEvents', 1, 'ThrottlingException')
    const done = await here.admin('disable', account.email)
    expect(done.status).toBe(1)
    expect(done.stderr).toMatch(
      /"type":"user.disabled".*\n(?:.*\n)*What the lines above say holds, but they cannot be written to the log/,
    )
    expect(await here.users.findById(account.id)).toMatchObject({ status: 'disabled' })
  })

  it('finds an email that begins with a dash, and refuses a text that is neither id nor email', async () => {
    const account = await here.open({ email: '-ada@example.com' })
    expect((await here.admin('show', '-ada@example.com')).stdout).toContain(account.id)
    expect(await here.admin('show', 'unknown')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^"unknown" is neither an id nor an email\n/),
    })
    const many = await Promise.all(Array.from({ length: 3 }, () => here.admin('disable', account.id)))
    expect(many.map(({ status }) => status)).toEqual([0, 0, 0])
    expect(await here.users.findById(account.id)).toMatchObject({ status: 'disabled', claimsVersion: 2 })
  })
})
