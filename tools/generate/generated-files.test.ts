import { readFile } from 'node:fs/promises'
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
})
