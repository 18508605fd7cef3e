import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'

/** The arrows of the table in README.md: each room, and those that it may import. `node:*` and a room's own files are free. */
const arrows = new Map(
  [...readFileSync('lib/README.md', 'utf8').matchAll(/^\| `([\w.]+)\/?` \|.*\| ([^|]+) \|$/gm)].map(
    ([, room = '', list = '']) => [room.replace(/\.ts$/, ''), list.split(', ')],
  ),
)

/** The packages that a room may know; most of them it alone. */
const packages: Readonly<Record<string, readonly RegExp[]>> = {
  functions: [/^zod\/mini$/],
  contract: [/^zod\/mini$/, /^yaml$/],
  http: [/^aws-lambda$/, /^@middy\//, /^zod\/(mini|locales)$/],
  storage: [/^@aws-sdk\/(client|lib|util)-dynamodb$/],
  crypto: [/^bcryptjs$/, /^jsonwebtoken$/],
  blocklist: [/^@zxcvbn-ts\/language-[a-z-]+$/],
  mail: [/^@aws-sdk\/client-sesv2$/],
  parameters: [
    /^@aws-sdk\/credential-provider-env$/,
    /^@smithy\/(core\/(checksum|protocols)|node-http-handler|signature-v4)$/,
  ],
  bundle: [/^@aws-sdk\/credential-provider-env$/],
  local: [
    /^@aws-sdk\/client-(dynamodb(-streams)?|sesv2|ssm)$/,
    /^@smithy\/(core\/(checksum|protocols)|signature-v4)$/,
    /^aws-lambda$/,
    /^yaml$/,
    /^zod\/mini$/,
  ],
}

/** `lib/http/route.ts` -> `http`; `lib/config.ts` -> `config`; `functions/...` -> `functions`. */
function roomOf(file: string): string {
  const [top = '', second = ''] = relative(process.cwd(), file).split(sep)
  return top === 'lib' ? second.replace(/\.ts$/, '') : top
}

function wrongImports(file: string): string[] {
  const own = roomOf(file)
  const allowed = arrows.get(own)
  if (!allowed) return [`${file} is in no room of the table`]
  const imports = readFileSync(file, 'utf8').matchAll(
    /^(?:import|export) (?:[^'"=(]*? from )?'([^']+)'|\bimport\('([^']+)'/gm,
  )
  const imported = [...imports].map(([, name = '', dynamic = '']) => name || dynamic)
  return imported
    .filter((name) => {
      if (name.startsWith('node:') || name.endsWith('.json')) return false
      if (!name.startsWith('.')) return !packages[own]?.some((pattern) => pattern.test(name))
      const room = roomOf(resolve(dirname(file), name))
      return room !== own && !allowed.includes(room)
    })
    .map((name) => `${relative(process.cwd(), file)} may not import ${name}`)
}

const files = ['functions', 'lib']
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  )
  .filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.startsWith(join('lib', 'testing')),
  )

describe('the rooms', () => {
  it('import only what their table allows', () => {
    expect(files.length).toBeGreaterThan(30)
    expect(arrows.get('services')).toContain('storage')
    expect(files.flatMap(wrongImports)).toEqual([])
  })

  it('leave the environment to lib/config.ts, and to what no function runs', () => {
    const reading = files.filter((file) => /process\.env/.test(readFileSync(file, 'utf8')))
    expect(reading.filter((file) => !file.startsWith(join('lib', 'local')))).toEqual([
      join('lib', 'config.ts'),
      join('lib', 'deploy', 'print.ts'),
    ])
  })

  it('have doors of 60 lines at most', () => {
    const long = files.filter(
      (file) => file.startsWith('functions') && readFileSync(file, 'utf8').split('\n').length > 61,
    )
    expect(long).toEqual([])
  })
})

describe('every door', () => {
  it('can be imported with an empty environment', async () => {
    const env = process.env
    process.env = {}
    try {
      for (const file of files.filter((each) => each.startsWith('functions'))) {
        expect(await import(resolve(file))).toMatchObject({
          handler: expect.any(Function),
          contract: expect.any(Object),
        })
      }
    } finally {
      process.env = env
    }
  })
})
