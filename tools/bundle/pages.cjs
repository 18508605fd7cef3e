const { createHash } = require('node:crypto')
const { existsSync, readdirSync, readFileSync } = require('node:fs')
const { basename, join } = require('node:path')
const { gzipSync } = require('node:zlib')
const { buildSync } = require('esbuild')

const folder = join(__dirname, '../../pages')
const types = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

const typeOf = (name) => types[name.slice(name.lastIndexOf('.'))]
const hashed = (name, content) => {
  const hash = createHash('sha256').update(content).digest('base64url').slice(0, 10).replace(/[-_]/g, 'x')
  return name.replace('.', `-${hash}.`)
}

const read = (file) => readFileSync(join(folder, file), 'utf8')

/** Puts a part of `parts/` where a template has `{{> part name=value}}`. In the part, which may have parts, `[[name]]` stands for the value. */
const withParts = (template) =>
  template.replace(/\{\{> ([\w-]+)((?: \w+=[\w.-]+)*)\}\}/g, (_, part, given) => {
    const values = new Map(given.split(' ').map((pair) => pair.split('=')))
    const filled = read(`parts/${part}.html`).replace(/\[\[(\w+)\]\]/g, (_, name) => values.get(name))
    return withParts(filled.trimEnd())
  })

/** Builds the pages: templates, and assets whose names contain a hash of their content. */
function buildPages() {
  const names = readdirSync(join(folder, 'html'))
    .filter((file) => file.endsWith('.html') && file !== 'layout.html')
    .map((file) => basename(file, '.html'))
  const { outputFiles, metafile } = buildSync({
    entryPoints: names.map((name) => join(folder, 'src', `${name}.ts`)).filter((file) => existsSync(file)),
    absWorkingDir: folder,
    outdir: join(folder, 'built'),
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    write: false,
    metafile: true,
    entryNames: '[name]-[hash]',
    chunkNames: 'shared-[hash]',
  })
  const style = buildSync({
    entryPoints: [join(folder, 'style.css')],
    minify: true,
    write: false,
    target: 'es2022',
  }).outputFiles[0].contents
  const logo = readFileSync(join(folder, 'logo.svg'))
  const files = { style: hashed('style.css', style), logo: hashed('logo.svg', logo) }
  const contents = [
    ...outputFiles.map(({ path, contents }) => [basename(path), contents]),
    [files.style, style],
    [files.logo, logo],
  ]

  const scripts = {}
  const preloads = {}
  for (const [path, { entryPoint, imports }] of Object.entries(metafile.outputs)) {
    const page = basename(entryPoint ?? '', '.ts')
    // A script that a page loads when it needs it is an entry point too.
    if (!names.includes(page)) continue
    scripts[page] = basename(path)
    preloads[page] = imports
      .filter(({ kind }) => kind === 'import-statement')
      .map(({ path }) => basename(path))
  }
  return {
    ...files,
    scripts,
    preloads,
    templates: Object.fromEntries(
      ['layout', ...names].map((name) => [
        name,
        withParts(read(`html/${name}.html`)).replace(/\n\s*/g, '\n'),
      ]),
    ),
    assets: Object.fromEntries(
      contents.map(([name, content]) => [
        name,
        { type: typeOf(name), gzip: gzipSync(content, { level: 9 }).toString('base64') },
      ]),
    ),
  }
}

/** Puts the built pages into a bundle that imports `#built-pages`. */
const pages = {
  name: 'pages',
  setup(build) {
    build.onResolve({ filter: /^#built-pages$/ }, ({ path }) => ({ path, namespace: 'pages' }))
    build.onLoad({ filter: /.*/, namespace: 'pages' }, () => ({
      contents: JSON.stringify(buildPages()),
      loader: 'json',
      watchFiles: readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) =>
        join(folder, file),
      ),
    }))
  },
}

module.exports = { buildPages, pages }
