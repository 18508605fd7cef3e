const { plugins } = require('./plugins.cjs')

/** How every function is bundled, locally and for AWS. The README of this folder gives the reasons. */
const options = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  // CommonJS is loaded faster than ES modules; the packages' ES modules are what can be shaken.
  format: 'cjs',
  mainFields: ['module', 'main'],
  conditions: ['module'],
  plugins,
}

/** For serverless-esbuild, which takes a function and knows options of its own. */
module.exports = (serverless) => ({
  ...options,
  outputWorkFolder: serverless.service.custom.bundles,
  // package.json says that `.js` is an ES module.
  outputFileExtension: '.cjs',
  // The plugin would leave the SDK to the runtime, where it loads more slowly than from the bundle.
  exclude: [],
})
module.exports.options = options
