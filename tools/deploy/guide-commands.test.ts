import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { contract as signup } from '../../functions/auth/signup.ts'
import { contract as verifyEmail } from '../../functions/auth/verify-email.ts'
import { makeFirstKeys } from '../../lib/crypto/key-rotation.ts'
import { memoryParameters, modulusLength } from '../testing/keys.ts'

const guide = readFileSync('docs/deploy.md', 'utf8')
/** The commands of a section of the guide, as an operator copies them. */
function commandsOf(part: string): string {
  const [, text = ''] = new RegExp(`<!-- ${part} -->\\n([^]*?)<!-- /${part} -->`).exec(guide) ?? []
  const blocks = [...text.matchAll(/^( *)```sh\n([\s\S]*?)^ *```/gm)].map(([, indent = '', block = '']) =>
    block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  )
  if (blocks.length === 0) throw new Error(`docs/deploy.md has no commands in ${part}`)
  return blocks.join('\n')
}
/** The shells that the guide supports, as far as they are installed. */
const shells = ['bash', 'zsh'].filter((shell) => spawnSync(shell, ['-c', 'true']).status === 0)

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cardea-guide-'))
  mkdirSync(join(folder, 'bin'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Puts a program of the test in front of another on the PATH. It gets its arguments as `args`. */
function standIn(name: string, body: string): void {
  const script = `const fs = require('node:fs'), args = process.argv.slice(2)
const valueOf = (name) => args[args.indexOf(name) + 1]
${body}`
  writeFileSync(join(folder, `${name}.cjs`), script)
  const start = `#!/bin/sh\nexec '${process.execPath}' '${join(folder, `${name}.cjs`)}' "$@"\n`
  writeFileSync(join(folder, 'bin', name), start, { mode: 0o755 })
}
function run(shell: string, commands: string, { cwd = folder, input = '', env = {} } = {}): string {
  const { status, stdout, stderr } = spawnSync(shell, ['-e', '-c', commands], {
    cwd,
    input,
    encoding: 'utf8',
    env: {
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
      HOME: folder,
      AWS_REGION: 'eu-central-1',
      GIT_CONFIG_GLOBAL: join(folder, 'gitconfig'),
      ...env,
    },
  })
  expect([commands, stderr, status]).toEqual([commands, expect.anything(), 0])
  return stdout
}

it('the commands are tested in at least one shell', () => expect(shells).toContain('bash'))

describe.each(shells)('the commands of the guide in %s:', (shell) => {
  it('the printed copy of the pepper restores every byte, also without a final line end', async () => {
    const parameters = memoryParameters()
    await makeFirstKeys(parameters, { now: 1_800_000_000, modulusLength })
    await parameters.create('pepper', '000002', JSON.stringify({ kid: 'a b\\"', signsFrom: 1, key: 'x=' }))
    const kept = Object.fromEntries(
      [...(await parameters.below('pepper'))].map(([number, value]) => [
        `/cardea/prod/pepper/${number}`,
        value,
      ]),
    )
    const file = join(folder, 'parameters.json')
    standIn(
      'aws',
      `const file = ${JSON.stringify(file)}, kept = JSON.parse(fs.readFileSync(file))
      if (args[1] === 'get-parameters-by-path') {
        const found = Object.entries(kept).filter(([name]) => name.startsWith(valueOf('--path') + '/'))
        if (!args.includes('--with-decryption')) throw new Error('encrypted')
        if (valueOf('--output') !== 'text' || valueOf('--query') !== 'Parameters[].[Name, Value]') throw new Error('other form')
        for (const row of found) console.log(row.join('\\t'))
      } else {
        if (args[1] !== 'put-parameter' || valueOf('--type') !== 'SecureString') throw new Error(args.join(' '))
        kept[valueOf('--name')] = valueOf('--value')
        fs.writeFileSync(file, JSON.stringify(kept))
      }`,
    )
    writeFileSync(file, JSON.stringify(kept))
    const copy = run(shell, commandsOf('pepper copy'))
    writeFileSync(file, '{}')
    writeFileSync(join(folder, 'pepper.txt'), copy.trimEnd())
    run(shell, commandsOf('pepper restore'))
    expect(Object.keys(kept)).toHaveLength(2)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(kept)
  })

  it('the role of GitHub is completely filled in', () => {
    standIn('aws', `console.log(args[0] === 'sts' ? '123456789012' : 'abc123')`)
    run(shell, commandsOf('role').replaceAll('/tmp/', `${folder}/`), { cwd: process.cwd() })
    const [trust = '', permissions = ''] = ['trust', 'permissions'].map((name) =>
      readFileSync(join(folder, `${name}.json`), 'utf8'),
    )
    for (const text of [trust, permissions]) {
      expect(JSON.parse(text)).toHaveProperty('Statement')
      expect(text).not.toMatch(/\b(?:ACCOUNT|REGION|STAGE|API_ID|DOMAIN_NAME|OWNER|REPOSITORY)\b/)
    }
    expect(trust).toContain('repo:octo-org@1234/cardea@5678:environment:prod')
    expect(permissions).toContain('arn:aws:iam::123456789012:policy/cardea-prod-boundary-eu-central-1')
  })

  it('the first administrator signs up and verifies with bodies that the API accepts', () => {
    const file = join(folder, 'requests')
    standIn(
      'curl',
      `const url = args.find((each) => each.startsWith('https://'))
      fs.appendFileSync(${JSON.stringify(file)}, JSON.stringify([url, valueOf('-H'), valueOf('-d')]) + '\\n')`,
    )
    const password = 'a "quoted" $pass\\word'
    run(shell, commandsOf('administrator').replace("token='...'", `token='${'x'.repeat(43)}'`), {
      input: `${password}\n`,
    })
    const [first, second] = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect([first[0], second[0]]).toEqual([
      `https://auth.example.com${signup.path}`,
      `https://auth.example.com${verifyEmail.path}`,
    ])
    expect([first[1], second[1]]).toEqual(Array(2).fill('content-type: application/json'))
    const body = JSON.parse(first[2])
    expect(body).toEqual({ email: 'ada@example.com', password, name: 'Ada' })
    expect(signup.body?.safeParse(body).success).toBe(true)
    expect(verifyEmail.body?.safeParse(JSON.parse(second[2])).success).toBe(true)
  })

  it('a clone of a release merges the next one and keeps its own changes', () => {
    const git = (cwd: string, ...args: string[]) => {
      const { status, stderr } = spawnSync('git', args, {
        cwd,
        encoding: 'utf8',
        env: { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_GLOBAL: join(folder, 'gitconfig') },
      })
      expect([args, stderr, status]).toEqual([args, expect.anything(), 0])
    }
    writeFileSync(join(folder, 'gitconfig'), '[user]\nname = Ada\nemail = ada@example.com\n')
    const [cardea, yours] = [join(folder, 'upstream'), join(folder, 'yours.git')]
    const release = (version: string) => {
      writeFileSync(join(cardea, 'version'), version)
      git(cardea, 'add', '.')
      git(cardea, 'commit', '--message', version)
      git(cardea, 'tag', version)
    }
    git(folder, 'init', '--initial-branch', 'main', cardea)
    release('v0.2.0')
    git(folder, 'init', '--bare', yours)
    const [commands, gap] = [commandsOf('clone'), "cardea='...' yours='...'"]
    expect(commands).toContain(gap)
    run(shell, commands.replace(gap, `cardea='${cardea}' yours='${yours}'`))
    const clone = join(folder, 'cardea')
    writeFileSync(join(clone, 'own'), 'mine')
    git(clone, 'add', '.')
    git(clone, 'commit', '--message', 'own')
    release('v0.3.0')
    run(shell, commandsOf('upgrade'), { cwd: clone, env: { GIT_MERGE_AUTOEDIT: 'no' } })
    expect([readFileSync(join(clone, 'version'), 'utf8'), existsSync(join(clone, 'own'))]).toEqual([
      'v0.3.0',
      true,
    ])
  })
})

describe('the guide', () => {
  it('uses no syntax that one of the shells lacks, and removes no variable by a pattern', () => {
    expect(guide).not.toMatch(/\$\{!|\bunset [^\n]*\*|\bread -[a-z]*p\b|\bmapfile\b|\bdeclare\b/)
  })

  it('numbers its steps in order', () => {
    const [, first = ''] = /## First deployment\n([\s\S]*?)\n## /.exec(guide) ?? []
    const numbers = [...first.matchAll(/^(\d+)\. \*\*/gm)].map(([, number]) => Number(number))
    expect(numbers).toEqual(numbers.map((_, index) => index + 1))
    expect(numbers.length).toBeGreaterThan(10)
  })
})
