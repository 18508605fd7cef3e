import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { buildSync } from 'esbuild'
import { operations } from './operations.ts'

const folder = 'client/readme-examples'
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the examples of the README', () => {
  it('compile against the client', () => {
    const blocks = [...readFileSync('client/README.md', 'utf8').matchAll(/```ts\n(.*?)```/gs)].map(
      ([, code = '']) => code,
    )
    expect(blocks.length).toBeGreaterThan(4)
    mkdirSync(folder, { recursive: true })
    for (const [index, code] of blocks.entries()) writeFileSync(`${folder}/example-${index}.ts`, code)
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
        compilerOptions: {
          types: [],
          paths: { 'cardea-client': ['../src/client.ts'], 'cardea-client/*': ['../src/*.ts'] },
        },
        include: ['.'],
      }),
    )
    const tsc = ['node_modules/typescript/bin/tsc', '--noEmit', '-p', folder]
    const { status, stdout } = spawnSync(process.execPath, tsc, { encoding: 'utf8' })
    expect([status, stdout]).toEqual([0, ''])
  })
})

it('the README names every function of an operation, and no other', () => {
  const [, table = ''] =
    /\| to \| functions \|\n(.*?)\n\n/s.exec(readFileSync('client/README.md', 'utf8')) ?? []
  const named = [...table.matchAll(/`(\w+)`/g)].map(([, name]) => name)
  const callable = Object.keys(operations).filter((name) => name !== 'refresh')
  expect(named.sort()).toEqual(callable.sort())
})

it.each([
  ['client', 6],
  ['passkeys', 1.5],
  ['social', 1.5],
])('the entry %s has less than %d KB, compressed', (entry, most) => {
  const options = { bundle: true, minify: true, write: false, format: 'esm', target: 'es2022' } as const
  const [bundle] = buildSync({ entryPoints: [`client/src/${entry}.ts`], ...options }).outputFiles
  expect(gzipSync(bundle?.contents ?? '', { level: 9 }).length).toBeLessThan(most * 1024)
})
