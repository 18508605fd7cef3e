import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeServiceFolder } from '../local/service-folder.ts'
import type { Resources } from './cloudformation.ts'
import { framework } from './compiled.ts'

/** The result of `serverless package` for a stage, or its error. */
export interface Package {
  readonly resources: Resources
  /** Where it was packaged: a folder that `serverless` can run in. Its folder `package` is for `--package`. */
  readonly service: string
  /** What `boundary.json` holds. */
  readonly boundary: object
  /** The paths of the functions' zips. */
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
      const service = mkdtempSync(join(folder, 'service-'))
      makeServiceFolder(service)
      const args = ['package', '--stage', stage, '--package', 'package']
      // The strictest umask that a user may have. The package must not depend on it.
      const strict = ['-c', 'umask 077 && exec "$0" "$@"', 'node_modules/.bin/serverless']
      const { status, stdout, stderr } = spawnSync('sh', [...strict, ...args], {
        cwd: service,
        env,
        encoding: 'utf8',
      })
      const said = stdout + stderr
      if (status !== 0) return { resources: {}, service, boundary: {}, zips: [], said, failed: true }
      const target = join(service, 'package')
      const read = (file: string) => JSON.parse(readFileSync(join(target, file), 'utf8'))
      const zips = readdirSync(target).filter((file) => file.endsWith('.zip'))
      return {
        resources: read('cloudformation-template-update-stack.json').Resources,
        service,
        boundary: read('boundary.json'),
        zips: zips.map((zip) => join(target, zip)),
        said,
        failed: false,
      }
    },
  }
}
