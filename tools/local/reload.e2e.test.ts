import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { npmStartOver, type Started } from '../testing/npm-start.ts'
import { projectCopy } from '../testing/project-copy.ts'

const copy = projectCopy()

describe('npm start, while the code changes', () => {
  let started: Started
  const index = join(copy, 'functions/well-known/index.ts')
  let original = ''

  beforeAll(async () => {
    original = readFileSync(index, 'utf8')
    started = await npmStartOver(join(copy, '.cardea'), 'start', copy)()
    await started.ready()
  })
  afterAll(() => started.interrupt())

  const name = async () => ((await (await fetch(started.origin)).json()) as { name: string }).name
  const change = (from: string, to: string) => {
    expect(original).toContain(from)
    writeFileSync(index, original.replace(from, to))
  }

  it('serves a changed handler with the next request, and prints one line', async () => {
    expect(await name()).toBe('cardea')
    change('project.name', `'renamed'`)
    await started.prints('Reloaded functions/well-known/index.ts\n')
    expect(await name()).toBe('renamed')
  })

  it('names the file and the line of a syntax error, and serves the former code', async () => {
    change('export const handler', 'export const = handler')
    await started.prints('Not reloaded, so the former code is still served:\nfunctions/well-known/index.ts:')
    expect(started.said()).toMatch(/^functions\/well-known\/index\.ts:\d+:\d+: Expected identifier/m)
    expect(await name()).toBe('renamed')
  })

  it('tells that a changed contract needs npm run generate and a restart', async () => {
    change('Name, version and links', 'Name and links')
    await started.prints('run npm run generate, then restart')
    expect(started.said()).toMatch(/^functions\/openapi\.json is not what the contracts say now: /m)
    expect(await name()).toBe('cardea')
  })
})
