import { readdirSync, readFileSync } from 'node:fs'

interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}
const { packages }: { readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(
  readFileSync('package-lock.json', 'utf8'),
)

/** Where Node looks for a package: in the folder of the import, then in every folder above. */
function isLocked(name: string, from: string): boolean {
  const above = from.lastIndexOf('/node_modules/')
  const here = `${from}${from && '/'}node_modules/${name}`
  if (here in packages) return true
  return from !== '' && isLocked(name, above < 0 ? '' : from.slice(0, above))
}

describe('a fresh clone', () => {
  it('has every package of every platform in its lock file', () => {
    const missing = Object.entries(packages).flatMap(([from, { dependencies, optionalDependencies }]) =>
      Object.keys({ ...dependencies, ...optionalDependencies })
        .filter((name) => !isLocked(name, from))
        .map((name) => `${from} wants ${name}`),
    )
    expect(Object.keys(packages).length).toBeGreaterThan(500)
    expect(missing).toEqual([])
  })

  it('is installed by npm ci in every documented command', () => {
    const workflows = readdirSync('.github/workflows').map((file) => `.github/workflows/${file}`)
    const files = ['README.md', '.ci/run', 'docs/deploy.md', ...workflows]
    const text = files.map((file) => readFileSync(file, 'utf8')).join('\n')
    expect(text.match(/(?:^|&& |run: ) *npm (?:i|install)\b/gm)).toBeNull()
    expect(text.match(/\bnpm ci\b/g)?.length).toBeGreaterThan(4)
  })
})
