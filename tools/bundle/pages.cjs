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

const styleOf = (file) =>
  buildSync({ entryPoints: [join(folder, file)], minify: true, write: false, target: 'es2022' })
    .outputFiles[0].contents

/** Builds those of the scripts that exist, and returns their files, their names, and what they import. */
function scriptsOf(names) {
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
  const scripts = {}
  const preloads = {}
  for (const [path, { entryPoint = '', imports }] of Object.entries(metafile.outputs)) {
    // A script that a page loads when it needs it is an entry point too.
    if (!names.some((name) => entryPoint === `src/${name}.ts`)) continue
    const page = basename(entryPoint, '.ts')
    scripts[page] = basename(path)
    preloads[page] = imports
      .filter(({ kind }) => kind === 'import-statement')
      .map(({ path }) => basename(path))
  }
  return { scripts, preloads, files: outputFiles.map(({ path, contents }) => [basename(path), contents]) }
}

/** Builds the pages: templates, and assets whose names contain a hash of their content. */
function buildPages() {
  const names = readdirSync(join(folder, 'html'))
    .filter((file) => file.endsWith('.html') && file !== 'layout.html')
    .map((file) => basename(file, '.html'))
  const main = scriptsOf(names)
  // Built apart: code that both share would become files of its own, which every page would load.
  const social = scriptsOf(names.map((name) => join('social', name)))
  const again = scriptsOf(['reauthentication-dialog'])
  const contents = [...main.files, ...social.files, ...again.files]
  const add = (name, content) => {
    contents.push([hashed(name, content), content])
    return hashed(name, content)
  }
  const logoOf = (file) => add(basename(file), readFileSync(join(folder, file)))
  const files = {
    style: add('style.css', styleOf('style.css')),
    socialStyle: add('social.css', styleOf('social.css')),
    logo: logoOf('logo.svg'),
    logos: Object.fromEntries(
      readdirSync(join(folder, 'providers')).map((file) => [
        basename(file, '.svg'),
        logoOf(join('providers', file)),
      ]),
    ),
  }
  return {
    ...files,
    scripts: main.scripts,
    preloads: main.preloads,
    socialScripts: social.scripts,
    reauthenticationScript: again.scripts['reauthentication-dialog'],
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
