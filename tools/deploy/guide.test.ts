import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { goals, report } from '../../bench/cost-model.ts'
import { problemsOf } from './setting-problems.ts'

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'))
const guide = readFileSync('docs/deploy.md', 'utf8')
const between = (name: string) => {
  const [, text] = new RegExp(`<!-- ${name} -->\\n([^]*?)<!-- /${name} -->`).exec(guide) ?? []
  if (!text) throw new Error(`docs/deploy.md has no part ${name}`)
  return text
}

describe('docs/deploy.md', () => {
  it('has the costs that the model prints', () => {
    expect(between('cost').trim()).toBe(report())
  })

  it('gives settings with which prod is packaged', () => {
    const env = Object.fromEntries(
      [...between('settings').matchAll(/([A-Z_]+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
    )
    expect(Object.keys(env).length).toBeGreaterThan(3)
    expect(problemsOf('prod', env)).toEqual([])
    expect(problemsOf('prod', {})).not.toEqual([])
  })

  it('names scripts and settings that there are', () => {
    const named = [...guide.matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name)
    expect(named.length).toBeGreaterThan(10)
    for (const script of named) expect(scripts).toHaveProperty([script])
    const known = readFileSync('.env.example', 'utf8')
    const settings = [...guide.matchAll(/`([A-Z]+(?:_[A-Z]+)+)(?:=[^`]*)?`/g)].map(([, name = '']) => name)
    for (const setting of settings.filter((each) => !['AWS_REGION', 'AWS_ROLE_ARN'].includes(each)))
      expect(known).toContain(`# ${setting}=`)
  })

  it.each(globSync(['*.md', '{docs,functions,lib,tools}/**/*.md']))('%s links to what there is', (file) => {
    const text = readFileSync(file, 'utf8')
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)(#[^)]*)?\)/g)]
    for (const [, path = '', anchor] of links) {
      const target = path ? join(dirname(file), path) : file
      expect([target, existsSync(target)]).toEqual([target, true])
      if (!anchor) continue
      const headings = [...readFileSync(target, 'utf8').matchAll(/^#+ (.+)$/gm)].map(
        ([, heading = '']) =>
          `#${heading
            .toLowerCase()
            .replace(/[^\w\s-]/g, '')
            .replaceAll(' ', '-')}`,
      )
      expect(headings).toContain(anchor)
    }
  })
})

describe('README.md', () => {
  it('has no comment in what is pasted into a shell: zsh would run it', () => {
    const blocks = [...readFileSync('README.md', 'utf8').matchAll(/^```sh\n(.*?)^```/gms)].map(
      ([, text = '']) => text,
    )
    expect(blocks.length).toBeGreaterThan(5)
    for (const block of blocks) expect(block).not.toMatch(/(?:^|\s)#/m)
  })
})

describe('the badges of README.md', () => {
  it('say what package.json and serverless.yml say', () => {
    const { license, engines } = JSON.parse(readFileSync('package.json', 'utf8'))
    const { runtime, architecture } = parse(readFileSync('serverless.yml', 'utf8')).provider
    const badges = [...readFileSync('README.md', 'utf8').matchAll(/img\.shields\.io\/badge\/(\S+)-\w+\)/g)]
    expect(badges.map(([, text = '']) => decodeURIComponent(text))).toEqual([
      `licence-${license}`,
      `node-${engines.node}`,
      `lambda-${runtime} ${architecture}`,
    ])
  })
})

describe('the cost model', () => {
  it('says what a refresh and a login cost, and whether that is within the goal', () => {
    const [login, refresh] = goals()
    expect(refresh).toMatchObject({ goal: 2.5, holds: true })
    expect(login).toMatchObject({ goal: 5.6, holds: false })
    // What is over the goal is Lambda's time while it waits, but for the hash's own few cents.
    expect((login?.dollars ?? 0) - (login?.waiting ?? 0)).toBeLessThan(5.7)
  })
})
