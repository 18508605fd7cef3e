const { mkdtempSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { context } = require('esbuild')
const { options } = require('./options.cjs')

/**
 * A plugin for the Serverless Framework, listed before serverless-esbuild. That plugin runs one build for each function, and
 * each reads the AWS SDK again. This one puts one build of all functions into its cache. It takes a tenth of the time.
 */
module.exports = class BuildTogether {
  constructor(serverless) {
    let builds
    // serverless-esbuild copies each function to the system's temporary folder, and does not remove the copy.
    const useOwnTemporaryFolder = () => {
      const temporary = mkdtempSync(join(tmpdir(), 'cardea-package-'))
      process.env.TMPDIR = temporary
      process.once('exit', () => rmSync(temporary, { recursive: true, force: true }))
    }
    const build = async () => {
      const esbuild = serverless.pluginManager.plugins.find(({ buildCache }) => buildCache)
      const entryPoints = [...new Set(esbuild.functionEntries.map(({ entry }) => entry))]
      builds = await context({
        ...options,
        entryPoints,
        outbase: '.',
        outdir: esbuild.buildDirPath,
        outExtension: { '.js': '.cjs' },
      })
      // Calls at the same time share one build.
      const result = { rebuild: () => builds.rebuild() }
      for (const entry of entryPoints) esbuild.buildCache[entry] = { result }
    }
    this.hooks = {
      'before:offline:start:init': build,
      'before:package:createDeploymentArtifacts': () => {
        useOwnTemporaryFolder()
        return build()
      },
      'after:package:createDeploymentArtifacts': () => builds.dispose(),
    }
  }
}
