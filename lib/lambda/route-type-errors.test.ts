import { spawnSync } from 'node:child_process'

describe('wrong use of a contract', () => {
  it('does not compile, in any of the ways of route-type-errors.ts', () => {
    // Each wrong line there has `@ts-expect-error`. On a line that compiles this is an error itself.
    const { status, stdout } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '--noEmit'], {
      encoding: 'utf8',
    })
    expect([status, stdout]).toEqual([0, ''])
  })
})
