import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { type Goal, goals, report } from '../../bench/cost-model.ts'
import { problemsOf } from './setting-problems.ts'

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'))
const guide = readFileSync('docs/deploy.md', 'utf8')
const between = (name: string) => {
  const [, text] = new RegExp(`<!-- ${name} -->\\n([^]*?)<!-- /${name} -->`).exec(guide) ?? []
  if (!text) throw new Error(`docs/deploy.md has no part ${name}`)
  return text
}

describe('docs/deploy.md', () => {
  it('contains the costs that the model prints', () => {
    expect(between('cost').trim()).toBe(report())
  })

  it('lists settings with which prod can be packaged', () => {
    const env = Object.fromEntries(
      [...between('settings').matchAll(/([A-Z_]+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
    )
    expect(Object.keys(env).length).toBeGreaterThan(3)
    expect(problemsOf('prod', env)).toEqual([])
    expect(problemsOf('prod', {})).not.toEqual([])
  })

  it('names only existing scripts and settings', () => {
    const named = [...guide.matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name)
    expect(named.length).toBeGreaterThan(10)
    for (const script of named) expect(scripts).toHaveProperty([script])
    const known = readFileSync('.env.example', 'utf8')
    const settings = [...guide.matchAll(/`([A-Z]+(?:_[A-Z]+)+)(?:=[^`]*)?`/g)].map(([, name = '']) => name)
    expect(settings.length).toBeGreaterThan(10)
    for (const setting of settings.filter((each) => !['AWS_REGION', 'AWS_ROLE_ARN'].includes(each)))
      expect(known).toContain(`# ${setting}=`)
  })

  const pages = globSync(['*.md', '{client,docs,examples,functions,lib,pages,tools}/**/*.md'])
  const linksOf = (file: string) => [
    ...readFileSync(file, 'utf8').matchAll(/\]\((?!https?:)([^)#]*)(#[^)]*)?\)/g),
  ]

  it('and the other pages have links to check', () => {
    expect(pages.length).toBeGreaterThan(10)
    expect(pages.flatMap(linksOf).length).toBeGreaterThan(50)
  })

  it.each(pages)('%s links to existing files and headings', (file) => {
    for (const [, path = '', anchor] of linksOf(file)) {
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

describe('docs/security.md', () => {
  it('names tests that exist', () => {
    const named = [
      ...readFileSync('docs/security.md', 'utf8').matchAll(/\[([^[\]]+)\]\(\.\.\/([^)]+\.test\.ts)\)/g),
    ]
    expect(named.length).toBeGreaterThan(50)
    const missing = named.filter(([, title, file = '']) => !readFileSync(file, 'utf8').includes(`'${title}'`))
    expect(missing.map(([, title, file]) => `${file}: ${title}`)).toEqual([])
  })
})

describe('README.md', () => {
  it('has no comments in commands that are pasted, because zsh would run them', () => {
    const blocks = [...readFileSync('README.md', 'utf8').matchAll(/^```sh\n(.*?)^```/gms)].map(
      ([, text = '']) => text,
    )
    expect(blocks.length).toBeGreaterThan(5)
    for (const block of blocks) expect(block).not.toMatch(/(?:^|\s)#/m)
  })
})

describe('the badges of README.md', () => {
  it('match package.json and serverless.yml', () => {
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
  it('has a refresh within its goal, and a login within 0.10 dollars of it apart from the time that Lambda waits', () => {
    const [login, refresh] = goals() as [Goal, Goal]
    expect(refresh.dollars).toBeLessThanOrEqual(refresh.goal)
    expect(login.dollars - login.waiting).toBeLessThan(login.goal + 0.1)
  })
})
