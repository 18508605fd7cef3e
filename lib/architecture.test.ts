import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { parseFileSync } from '@swc/core'

/** The rows of the table in README.md: each module, and those that it may import. `node:*` and its own files are always allowed. */
const table = new Map(
  [...readFileSync('lib/README.md', 'utf8').matchAll(/^\| `([\w./-]+)` \|.*\| ([^|]+) \|$/gm)].map(
    ([, path = '', list = '']) => [path.replace(/^lib\/|\/$|\.ts$/g, ''), list.split(', ')],
  ),
)

/** The packages that a module may import. */
const packages: Readonly<Record<string, readonly RegExp[]>> = {
  functions: [/^zod\/mini$/],
  contract: [/^zod\/mini$/],
  lambda: [/^aws-lambda$/, /^@middy\//, /^zod\/(mini|locales)$/],
  storage: [/^@aws-sdk\/(client|lib|util)-dynamodb$/],
  // The expressions are the files of scripts that are built apart.
  'pages/src': [/^uqr$/, /^(social|reauthentication)$/],
  crypto: [/^bcryptjs$/, /^jsonwebtoken\/(sign|verify)\.js$/, /^@simplewebauthn\/server(\/helpers)?$/],
  pages: [/^aws-lambda$/, /^#built-pages$/],
  social: [/^oauth4webapi$/],
  mail: [/^@aws-sdk\/client-sesv2$/],
  parameters: [
    /^@aws-sdk\/credential-provider-env$/,
    /^@smithy\/(core\/(checksum|protocols)|node-http-handler|signature-v4)$/,
  ],
  'tools/generate': [/^(esbuild|yaml)$/, /^zod\/mini$/, /^@zxcvbn-ts\/language-[a-z-]+$/],
  'tools/bundle': [/^@aws-sdk\/credential-provider-env$/],
  'tools/local': [
    /^@aws-sdk\/client-dynamodb(-streams)?$/,
    /^(aws-lambda|aws-ses-v2-local|esbuild|fflate|yaml|zod)$/,
  ],
  'tools/cli': [
    /^@aws-sdk\/client-(cloudformation|cloudwatch-logs|dynamodb|sesv2|ssm|sts)$/,
    /^jose$/,
    /^zod\/mini$/,
  ],
}

/** `lib/lambda/route.ts` -> `lambda`; `lib/config.ts` -> `config`; `tools/cli/keys.ts` -> `tools/cli`; `pages/src/dom.ts` -> `pages/src`. */
function moduleOf(file: string): string {
  const [top = '', second = ''] = file.split('/')
  if (top === 'tools' || top === 'pages') return `${top}/${second}`
  return top === 'lib' ? second.replace(/\.ts$/, '') : top
}

/** What a source file imports: statically, as types and dynamically. A template literal counts by its fixed beginning. */
function importsOf(source: string): string[] {
  const found: string[] = []
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const { type, source: from, callee, arguments: args } = node as any
    if (/^(Import|Export(Named|All))Declaration$/.test(type) && from) found.push(from.value)
    if (type === 'CallExpression' && callee.type === 'Import') {
      const [{ expression }] = args
      found.push(expression.value ?? expression.quasis?.[0]?.raw ?? 'an expression')
    }
    Object.values(node).forEach(visit)
  }
  visit(parseFileSync(source, { syntax: 'typescript' }))
  return found
}

const files = ['client/src', 'functions', 'lib', 'pages/src', 'tools', 'bench']
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) =>
      join(folder, file).replaceAll(sep, '/'),
    ),
  )
  .filter((file) => /(?<!\.test|\.data|\.d)\.ts$/.test(file))
const imports = new Map(files.map((file) => [file, importsOf(file)]))

const targetOf = (file: string, name: string) =>
  relative(process.cwd(), resolve(dirname(file), name)).replaceAll(sep, '/')

function wrongImports(file: string): string[] {
  const own = moduleOf(file)
  const allowed = table.get(own)
  if (!allowed) return [`${file} is in no module of the table`]
  if (allowed.includes('everything')) return []
  return (imports.get(file) ?? [])
    .filter((name) => {
      if (name.startsWith('node:') || name.endsWith('.json')) return false
      if (!name.startsWith('.')) return !packages[own]?.some((pattern) => pattern.test(name))
      const target = moduleOf(targetOf(file, name))
      return target !== own && !allowed.includes(target)
    })
    .map((name) => `${file} may not import ${name}`)
}

/** A chain of imports that leads from a file back to itself. */
function cycleFrom(start: string): string[] | undefined {
  const seen = new Set<string>()
  const walk = (file: string, path: readonly string[]): string[] | undefined => {
    for (const target of (imports.get(file) ?? []).map((name) => targetOf(file, name))) {
      if (target === start) return [...path, target]
      if (seen.has(target)) continue
      seen.add(target)
      const found = walk(target, [...path, target])
      if (found) return found
    }
    return undefined
  }
  return walk(start, [start])
}

describe('the modules', () => {
  it('import only what the table allows', () => {
    expect(files.length).toBeGreaterThan(200)
    expect(table.get('services')).toContain('storage')
    expect(table.get('pages/src')).toEqual(['client', 'languages'])
    expect(files.flatMap(wrongImports)).toEqual([])
  })

  it('are read with dynamic imports and type imports', () => {
    expect(imports.get('tools/generate/registry.ts')).toContain('../../functions/')
    expect(imports.get('lib/contract/views.ts')).toContain('../domain/ports.ts')
  })

  it('have no cycle between files', () => {
    expect(files.map(cycleFrom).filter(Boolean)).toEqual([])
  })

  it('read the environment only in lib/config.ts, and in tools', () => {
    const reading = files.filter((file) => /process\.env/.test(readFileSync(file, 'utf8')))
    expect(reading.filter((file) => /^(functions|lib)\//.test(file))).toEqual(['lib/config.ts'])
  })

  it('contain handlers of at most 60 lines', () => {
    const long = files.filter(
      (file) => file.startsWith('functions/') && readFileSync(file, 'utf8').split('\n').length > 61,
    )
    expect(long).toEqual([])
  })
})

describe('a handler', () => {
  const { env } = process
  afterEach(() => {
    process.env = env
  })

  it.each(files.filter((file) => file.startsWith('functions/')))(
    'is exported by %s without settings',
    async (file) => {
      process.env = {}
      expect(await import(resolve(file))).toMatchObject({
        handler: expect.any(Function),
        contract: expect.any(Object),
      })
    },
  )
})
