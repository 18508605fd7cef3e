import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { type BuildOptions, build } from 'esbuild'

/**
 * Prints the bytes of the bundles that are called most, and how long a process takes to load each. The time is a ratio: the
 * median over that of a process that loads an empty module, in interleaved runs.
 */
const RUNS = 41
const handlers = ['authorizer/access-token', 'auth/refresh', 'auth/login']

const { options } = createRequire(import.meta.url)('../tools/bundle/options.cjs') as { options: BuildOptions }
const folder = mkdtempSync(join(tmpdir(), 'cardea-bench-'))
const empty = join(folder, 'empty.cjs')
writeFileSync(empty, '')
const files = await Promise.all(
  handlers.map(async (handler) => {
    const outfile = join(folder, `${handler.replace('/', '-')}.cjs`)
    const { metafile } = await build({
      ...options,
      entryPoints: [`functions/${handler}.ts`],
      outfile,
      metafile: true,
    })
    return { handler, outfile, bytes: Object.values(metafile.outputs)[0]?.bytes ?? 0 }
  }),
)

const times = new Map<string, number[]>()
for (let run = 0; run < RUNS; run++) {
  for (const file of [empty, ...files.map(({ outfile }) => outfile)]) {
    const start = performance.now()
    spawnSync(process.execPath, [file])
    times.set(file, [...(times.get(file) ?? []), performance.now() - start])
  }
}
rmSync(folder, { recursive: true })

const median = (file: string) => times.get(file)?.sort((a, b) => a - b)[RUNS >> 1] ?? Number.NaN
console.log(`empty module: ${median(empty).toFixed(1)} ms (median of ${RUNS}, Node ${process.version})`)
for (const { handler, outfile, bytes } of files) {
  console.log(`${handler.padEnd(24)} ${bytes} bytes, ${(median(outfile) / median(empty)).toFixed(2)}x empty`)
}
