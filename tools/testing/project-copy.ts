import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder that has a copy of the project's files while the tests of a file run. They may change it. */
export function projectCopy(): string {
  const copy = mkdtempSync(join(tmpdir(), 'cardea-copy-'))
  beforeAll(() => {
    const { stdout } = spawnSync('git', ['ls-files', '-z'], { encoding: 'utf8' })
    for (const file of stdout.split('\0').filter(Boolean)) cpSync(file, join(copy, file))
    symlinkSync(join(process.cwd(), 'node_modules'), join(copy, 'node_modules'))
  })
  afterAll(() => rmSync(copy, { recursive: true, force: true }))
  return copy
}
