const { readFileSync } = require('node:fs')
const { join } = require('node:path')

/** Leaves out parts of the AWS SDK that no alias can name, because the SDK imports them by a relative path. */
const sdkParts = {
  name: 'sdk-parts',
  setup(build) {
    build.onResolve({ filter: /\/Sha256Js$/ }, () => ({ path: join(__dirname, 'sha256-js.ts') }))
    // Of its package.json, a client reads only the version, for the user agent.
    build.onLoad({ filter: /@aws-sdk[\\/]client-[\w-]+[\\/]package\.json$/ }, ({ path }) => {
      const { version } = JSON.parse(readFileSync(path, 'utf8'))
      return { contents: JSON.stringify({ version }), loader: 'json' }
    })
  },
}

module.exports = { sdkParts }
