import { once } from 'node:events'
import { mkdir, watch, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { type BuildFailure, context, stop } from 'esbuild'
import { handlerFiles } from '../generate/registry.ts'

/** Bundles the functions again, and writes what has changed. Gives whether anything has. */
export type Bundle = () => Promise<boolean>

const { options } = createRequire(import.meta.url)('../bundle/options.cjs')
/** Some packages are CommonJS, and load Node's own modules by `require`. */
const withRequire = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)`

/**
 * Bundles the functions for `npm start`. Unlike on AWS they are ES modules that share files, and are not minified. One build takes
 * a tenth of the time, so a changed function is served at once. `npm run start:packaged` serves the bundles of a deployment.
 * Ends with `signal`.
 */
export async function bundleFunctions(folder: string, signal: AbortSignal): Promise<Bundle> {
  // If its parent process ended first, a build under way would print an error.
  signal.addEventListener('abort', () => stop())
  const builder = await context({
    ...options,
    entryPoints: (await handlerFiles()).map((file) => `functions/${file}`),
    minify: false,
    format: 'esm',
    splitting: true,
    chunkNames: 'shared/[hash]',
    outbase: '.',
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    banner: { js: withRequire },
    write: false,
    logLevel: 'silent',
  })
  const written = new Map<string, string>()
  const build = async () => {
    const { outputFiles = [] } = await builder.rebuild().catch(({ errors, message }: BuildFailure) => {
      const lines = errors?.map(({ location: at, text }) =>
        at ? `${at.file}:${at.line}:${at.column + 1}: ${text}` : text,
      )
      throw new Error(lines?.join('\n') ?? message)
    })
    const changed = outputFiles.filter(({ path, hash }) => written.get(path) !== hash)
    // First the shared files, because a function may be called as soon as its own file is written.
    const isShared = (path: string) => path.startsWith(join(folder, 'shared'))
    changed.sort((a, b) => Number(isShared(b.path)) - Number(isShared(a.path)))
    for (const { path, hash, contents } of changed) {
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, contents)
      written.set(path, hash)
    }
    return changed.length > 0
  }
  // One after another: esbuild lets calls share a build that has begun, and it would miss a change.
  let last: Promise<unknown> = Promise.resolve()
  return () => {
    const next = last.then(build, build)
    last = next
    return next
  }
}

const sources = ['functions', 'lib', 'mails', 'pages', 'client/src']
const isSource = (file: string) => /\.(ts|json|css|html|svg)$/.test(file) && !file.endsWith('.test.ts')

/** Bundles again whenever a source file changes, and prints one line about it. Ends with `signal`. */
export async function rebundleOnChange(bundle: Bundle, signal: AbortSignal): Promise<void> {
  const changed = new Set<string>()
  const rebundle = async () => {
    // An editor may write a file in several steps.
    await wait(50)
    const files = [...changed].sort().join(', ')
    changed.clear()
    const isNew = await bundle().catch(({ message }: Error) => {
      console.error(`Not reloaded, so the former code is still served:\n${message}`)
    })
    if (!isNew) return
    console.log(`Reloaded ${files}`)
    contractWarning().then(
      (warning) => warning && console.warn(warning),
      ({ message }: Error) => console.warn(message),
    )
  }
  let rebundling = Promise.resolve()
  await Promise.all(
    sources.map(async (folder) => {
      for await (const { filename } of watch(folder, { recursive: true, signal })) {
        if (!filename || !isSource(filename)) continue
        if (changed.size === 0) rebundling = rebundling.then(rebundle)
        changed.add(join(folder, filename))
      }
    }),
  ).catch((error: Error) => {
    if (!signal.aborted) throw error
  })
}

/** What to do if the contracts have changed. A thread of its own reads them, because this one keeps the modules that it loaded. */
async function contractWarning(): Promise<string | undefined> {
  const [stale] = await once(new Worker(new URL('check-contracts.ts', import.meta.url)), 'message')
  return stale && `${stale} is not what the contracts say now: run npm run generate, then restart`
}
