import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { Resources } from './cloudformation.ts'
import { framework } from './compiled.ts'

/** The result of `serverless package` for a stage, or its error. */
export interface Package {
  readonly resources: Resources
  /** What `--package` takes, relative to the project. */
  readonly folder: string
  /** What `boundary.json` holds. */
  readonly boundary: object
  readonly zips: readonly string[]
  readonly said: string
  readonly failed: boolean
}

/** The permission bits of every file in a zip, by its name, as in the central directory (APPNOTE 4.3.12). */
export function modesIn(zip: Buffer): Readonly<Record<string, number>> {
  const modes: Record<string, number> = {}
  for (let at = zip.indexOf('PK\x01\x02'); at >= 0; at = zip.indexOf('PK\x01\x02', at + 4)) {
    const name = zip.toString('utf8', at + 46, at + 46 + zip.readUInt16LE(at + 28))
    modes[name] = (zip.readUInt32LE(at + 38) >>> 16) & 0o777
  }
  return modes
}

/** A folder to package into, and to `remove` at the end. */
export function packager() {
  const folder = mkdtempSync(join(tmpdir(), 'cardea-package-'))
  return {
    remove: () => rmSync(folder, { recursive: true, force: true }),
    /** Needs no credentials, no home and no account. Local settings must not reach the package. */
    package(stage: string, settings: Readonly<Record<string, string>>): Package {
      const local = { DYNAMODB_ENDPOINT: 'http://localhost:1', LOCAL_FOLDER: 'x', PORT: '1' }
      const env = { ...framework, PATH: process.env.PATH, HOME: folder, ...local, ...settings }
      const target = mkdtempSync(join(folder, 'package-'))
      const bundles = `bundles=${relative('.', folder)}/b`
      const args = ['package', '--stage', stage, '--package', relative('.', target), '--param', bundles]
      // The strictest umask that a user may have. The package must not depend on it.
      const strict = ['-c', 'umask 077 && exec "$0" "$@"', 'node_modules/.bin/serverless']
      const { status, stdout, stderr } = spawnSync('sh', [...strict, ...args], {
        env,
        encoding: 'utf8',
      })
      const template = join(target, 'cloudformation-template-update-stack.json')
      return {
        resources: status === 0 ? JSON.parse(readFileSync(template, 'utf8')).Resources : {},
        folder: relative('.', target),
        boundary: status === 0 ? JSON.parse(readFileSync(join(target, 'boundary.json'), 'utf8')) : {},
        zips: readdirSync(target).filter((file) => file.endsWith('.zip')),
        said: stdout + stderr,
        failed: status !== 0,
      }
    },
  }
}
