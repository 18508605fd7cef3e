import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'cardea-commands-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const npmRun = (...words: string[]) => npmRunWith('', ...words)
const npmRunWith = (input: string, ...words: string[]) => {
  const env = { PATH: process.env.PATH, HOME: folder, LOCAL_FOLDER: folder }
  const { status, stdout, stderr } = spawnSync('npm', ['run', '-s', ...words], {
    env,
    input,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

describe('a command with wrong words', () => {
  it.each<[string, string]>([
    ['admin', 'Say what to do'],
    ['admin -- bogus', 'There is no action "bogus"'],
    ['admin -- grant', 'Say whose account'],
    ['admin -- list ada@example.com', '"ada@example.com" is one word too many'],
    ['admin -- list --stag prod', "Unknown option '--stag'"],
    ['admin -- grant ada@example.com --stage prod-eu', 'A stage is named'],
    ['admin -- delete ada@example.com --really bob@example.com --bogus', "Unknown option '--bogus'"],
    ['admin -- list --unverified', '--unverified goes with grant alone'],
    ['keys', 'Say what to do'],
    ['keys -- bogus', 'There is no action "bogus"'],
    ['keys -- revoke', 'Say which key to revoke'],
    ['keys -- rotate -x', '"-x" is one word too many'],
    ['keys -- list --stage Prod', 'A stage is named'],
    ['setup', 'Say which stage'],
    ['setup -- --remove --really dev', 'Say which stage'],
    ['setup -- --stage prod --remove', 'add --really prod'],
    ['setup -- --stage prod --remove --really dev', '--stage says prod, and --really says dev'],
    ['setup -- --stage prod-eu', 'A stage is named'],
    ['setup -- --stage prod --really prod', '--really goes with --remove alone'],
    ['setup -- bogus', 'There is no action "bogus"'],
    ['setup -- provider', 'Say which provider'],
    ['setup -- provider Google', '"Google" cannot be a name in PROVIDERS'],
    ['setup -- provider google --really prod', '--really goes with the removal of keys alone'],
    ['setup -- --stage prod --unlogged', '--unlogged goes with provider alone'],
    ['doctor -- --stage', '--stage needs a value'],
    ['doctor -- --stage local', 'Nothing is deployed of the stage local'],
    ['doctor -- --stage prod-eu', 'A stage is named'],
    ['reset -- now', '"now" is one word too many'],
    ['smoke -- --bogus', "Unknown option '--bogus'"],
    ['smoke -- --url https://auth.example.com --stage prod-eu', 'A stage is named'],
  ])('%s: says what is wrong, then the usage, and exits with 2', (line, sentence) => {
    const [command = '', ...words] = line.split(' ')
    const { status, stdout, stderr } = npmRun(command, ...words)
    expect([status, stdout]).toEqual([2, ''])
    const [first, ...rest] = stderr.split('\n')
    expect(first).toContain(sentence)
    expect(rest.join('\n')).toContain(`Usage: npm run ${command}`)
    expect(stderr).not.toMatch(/\n\s+at /)
  })
})

describe('npm run keys', () => {
  it('lists every key by its id, also those that never rotate, and no value', () => {
    expect(npmRun('setup', '--', '--stage', 'local').status).toBe(0)
    const { stdout } = npmRun('keys', '--', 'list')
    expect(stdout.match(/^[\w-]+ +[\w-]+ +\w+/gm)?.map((line) => line.replace(/ +\S+ +/, ' '))).toEqual([
      'access signs',
      'refresh signs',
      'pepper hashes',
      'keyed-hash hashes',
      'factors encrypts',
      'recovery-codes hashes',
    ])
    const values = [...readFileSync(join(folder, 'keys.json'), 'utf8').matchAll(/\\"key\\":\\"(.{20,40})/g)]
    expect(values).toHaveLength(7)
    for (const [, value = ''] of values) expect(stdout).not.toContain(value)
  })

  it('revokes a key whose id begins with a dash, as one in 64 keys of version 0.1 did', () => {
    const file = join(folder, 'keys.json')
    const [, kid = ''] = /^access +([\w-]+) +signs/m.exec(npmRun('keys', '--', 'list').stdout) ?? []
    const dashed = `-${kid.slice(1)}`
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(kid, dashed))
    expect(npmRun('keys', '--', 'revoke', dashed)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`Removed access key ${dashed}\n`),
    })
    expect(npmRun('keys', '--', 'list').stdout).not.toContain(dashed)
  })

  it('refuses to revoke the pepper, and says why', () => {
    const [, kid = ''] = /^pepper +([\w-]+)/m.exec(npmRun('keys', '--', 'list').stdout) ?? []
    expect(npmRun('keys', '--', 'revoke', kid)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('is replaced and not revoked'),
    })
  })
})

describe('npm run setup -- provider', () => {
  const kept = () => JSON.parse(readFileSync(join(folder, 'keys.json'), 'utf8')).providers

  it('stores, replaces and removes the secret for npm start, and prints no secret', () => {
    const first = npmRunWith('hunter2\n', 'setup', '--', 'provider', 'acme')
    expect(first).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Stored the secret of acme in '),
    })
    expect(kept()).toEqual({ acme: 'hunter2' })
    const second = npmRunWith('hunter3', 'setup', '--', 'provider', 'acme', '--stage', 'local')
    expect(kept()).toEqual({ acme: 'hunter3' })
    for (const { stdout, stderr } of [first, second]) expect(stdout + stderr).not.toMatch(/hunter/)
    expect(npmRun('setup', '--', 'provider', 'acme', '--remove').status).toBe(0)
    expect(kept()).toEqual({})
  })

  it('stores nothing if nothing is piped in', () => {
    expect(npmRunWith('', 'setup', '--', 'provider', 'acme')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('A client secret has 1 to 4096 characters'),
    })
    expect(kept()).toEqual({})
  })
})
