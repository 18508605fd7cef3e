import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { parse } from 'yaml'

const folder = 'examples/docs-examples'
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const blocksOf = (page: string, language: string) =>
  [...readFileSync(`docs/${page}.md`, 'utf8').matchAll(/```(\w+)\n(.*?)```/gs)]
    .filter(([, name]) => name === language)
    .map(([, , code = '']) => code)

describe('the examples of the docs', () => {
  it('compile', () => {
    mkdirSync(folder, { recursive: true })
    for (const page of ['browser', 'native-app', 'your-own-api', 'assurance-levels']) {
      const blocks = blocksOf(page, 'ts')
      expect([page, blocks.length > 0]).toEqual([page, true])
      for (const [index, code] of blocks.entries()) writeFileSync(`${folder}/${page}-${index}.ts`, code)
    }
    const claimsOf = blocksOf('your-own-api', 'ts').find((code) => code.includes("from 'jose'")) ?? ''
    writeFileSync(`${folder}/claims-of.ts`, claimsOf)
    copyFileSync('examples/notes-api/notes/roles.ts', `${folder}/roles.ts`)
    writeFileSync(
      `${folder}/expo.d.ts`,
      `declare module 'expo-secure-store' {
        export function getItemAsync(key: string): Promise<string | null>
        export function setItemAsync(key: string, value: string): Promise<void>
        export function deleteItemAsync(key: string): Promise<void>
      }`,
    )
    writeFileSync(
      `${folder}/tsconfig.json`,
      JSON.stringify({
        extends: '../tsconfig.json',
        compilerOptions: { paths: { 'cardea-client': ['../../client/src/client.ts'] } },
        include: ['.'],
        exclude: [],
      }),
    )
    const tsc = ['node_modules/typescript/bin/tsc', '--noEmit', '-p', folder]
    const { status, stdout } = spawnSync(process.execPath, tsc, { encoding: 'utf8' })
    expect([status, stdout]).toEqual([0, ''])
  })

  it('for a back end are parts of the one that is tested', () => {
    const lines = (text: string) =>
      text
        .trim()
        .split('\n')
        .map((line) => line.trim())
        .join('\n')
    const server = lines(readFileSync('examples/server-side/server.ts', 'utf8'))
    const blocks = blocksOf('server-side', 'ts')
    expect(blocks.length).toBeGreaterThan(2)
    for (const code of blocks) expect(server).toContain(lines(code))
  })

  it('for serverless.yml are those of the notes API', () => {
    const [cardea, accessToken] = blocksOf('your-own-api', 'yaml').map(
      (text) => parse(text).provider.httpApi.authorizers,
    )
    const { deployed } = parse(readFileSync('examples/notes-api/authorizers.yml', 'utf8'))
    expect({ ...cardea, ...accessToken }).toEqual({
      cardea: { ...deployed.cardea, functionArn: { 'Fn::ImportValue': 'cardea-prod-authorizer' } },
      accessToken: {
        ...deployed.accessToken,
        issuerUrl: 'https://auth.example.com',
        audience: ['cardea'],
      },
    })
  })
})
