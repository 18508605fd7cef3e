const { join } = require('node:path')
const { mailTexts } = require('./mail-texts.cjs')
const { pages } = require('./pages.cjs')
const { sdkParts } = require('./sdk-parts.cjs')
const { webauthnParts } = require('./webauthn-parts.cjs')

/**
 * The packages that bundles leave out, the file that replaces each, and the version that was read when this was decided. The files
 * say why. A test fails for another version: read what changed first.
 */
const replaced = {
  '@aws-sdk/credential-provider-node': { file: 'credential-provider-node.ts', version: '3.972.97' },
  '@aws-sdk/endpoint-cache': { file: 'endpoint-cache.ts', version: '3.972.11' },
  '@smithy/core/event-streams': { file: 'event-streams.ts', version: '3.41.0' },
  'ecdsa-sig-formatter': { file: 'ecdsa-sig-formatter.ts', version: '1.0.11' },
  'lodash.includes': { file: 'lodash-includes.cjs', version: '4.3.0' },
  'lodash.isinteger': { file: 'lodash-isinteger.cjs', version: '4.0.4' },
  'lodash.once': { file: 'never-called.ts', version: '4.1.1' },
  ms: { file: 'never-called.ts', version: '2.1.3' },
  'safe-buffer': { file: 'safe-buffer.cjs', version: '5.2.1' },
  semver: { file: 'semver.ts', version: '7.8.6' },
}
const paths = Object.entries(replaced).map(([name, { file }]) => [name, join(__dirname, file)])

/** How every function is bundled, locally and for AWS. The README of this folder gives the reasons. */
const options = {
  bundle: true,
  minify: true,
  platform: 'node',
  // Otherwise a Japanese character is an escape of six bytes.
  charset: 'utf8',
  target: 'node24',
  // CommonJS loads faster than ES modules. Of the packages, only ES modules can be tree-shaken.
  format: 'cjs',
  mainFields: ['module', 'main'],
  conditions: ['module'],
  alias: Object.fromEntries(paths),
  plugins: [mailTexts, pages, sdkParts, webauthnParts],
}

/** For serverless-esbuild, which takes a function and has options of its own. */
module.exports = () => ({
  ...options,
  // package.json says that `.js` is an ES module.
  outputFileExtension: '.cjs',
  // By default the plugin would leave out the SDK. Lambda's own SDK loads more slowly than a bundled one.
  exclude: [],
})
Object.assign(module.exports, { options, replaced })
