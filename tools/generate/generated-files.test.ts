import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { generatedFiles } from './generated-files.ts'
import { isRoute, registry } from './registry.ts'

describe('the generated files', () => {
  it('match the contracts (else: npm run generate)', async () => {
    const files = [...(await generatedFiles())]
    expect(files.length).toBeGreaterThan(1)
    for (const [path, text] of files) expect([path, await readFile(path, 'utf8')]).toEqual([path, text])
  })
})

describe('the contracts', () => {
  it('have unique routes, and names that CloudFormation accepts', async () => {
    const entries = await registry()
    const routes = entries.filter(isRoute).map(({ contract }) => `${contract.method} ${contract.path}`)
    expect(new Set(routes).size).toBe(routes.length)
    for (const { name } of entries) expect(name).toMatch(/^[a-z][A-Za-z]+$/)
  })

  it('list each need once', async () => {
    for (const { contract } of await registry()) {
      expect(new Set(contract.needs).size).toBe(contract.needs?.length ?? 0)
    }
  })

  it('of routes are each called by a test beside a handler', async () => {
    const files = readdirSync('functions', { recursive: true, encoding: 'utf8' })
    const tests = files.filter((file) => file.endsWith('.test.ts') && dirname(file) !== '.')
    const texts = tests.map((file) => readFileSync(join('functions', file), 'utf8'))
    for (const { file, contract } of (await registry()).filter(isRoute)) {
      const route = `${contract.method} ${contract.path}`
      if (!texts.some((text) => text.includes(`'${route}'`)))
        throw new Error(`No test beside ${file}.ts calls '${route}'`)
    }
  })
})
