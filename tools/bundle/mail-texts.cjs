const { execFile } = require('node:child_process')
const { dirname, join } = require('node:path')
const { promisify } = require('node:util')

const root = join(__dirname, '../..')

/** Asks TypeScript, for which the framework's own Node may be too old. node_modules contains the Node of Lambda. */
async function problemsIn(folder) {
  const node = process.features.typescript ? process.execPath : join(root, 'node_modules/.bin/node')
  const script = join(root, 'tools/generate/check-mail-texts.ts')
  // A problem quotes its paragraph, which may be long.
  const { stdout } = await promisify(execFile)(node, [script, folder], {
    cwd: root,
    maxBuffer: Number.POSITIVE_INFINITY,
  })
  return JSON.parse(stdout)
}

/** Checks the deployer's texts of mails before they are bundled. A mail without its link would be of no use to its reader. */
const mailTexts = {
  name: 'mail-texts',
  setup(build) {
    let checked
    build.onStart(() => {
      checked = undefined
    })
    build.onLoad({ filter: /[\\/]mails[\\/]\w+\.json$/ }, async ({ path }) => {
      const isFirst = !checked
      checked ??= problemsIn(dirname(path))
      const problems = await checked
      // All problems are of the folder, so one file reports them.
      return isFirst && problems.length > 0 ? { errors: problems.map((text) => ({ text })) } : undefined
    })
  },
}

module.exports = { mailTexts }
