import { parse } from 'yaml'
import { functionsYml } from './functions-yml.ts'
import { registry } from './registry.ts'

interface Functions {
  readonly functions: Readonly<Record<string, { readonly timeout?: string }>>
}

describe('the functions', () => {
  it('that have a timeout have the longer one of a local run there', async () => {
    const { functions } = parse(functionsYml(await registry())) as Functions
    const local = `\${self:custom.timeouts.\${sls:stage}, `
    expect(functions.authorizerAccessToken?.timeout).toBe(`${local}5}`)
    for (const { timeout } of Object.values(functions)) expect(timeout ?? local).toContain(local)
  })
})
