const { join } = require('node:path')

/**
 * Packages that a function does not need, by the exact name that they are imported by; the file that takes their place; and
 * the version that was read when this was decided. A test fails for another version: read what changed first.
 */
const aliases = {
  // Lambda gives credentials in the environment, and nowhere else.
  '@aws-sdk/credential-provider-node': { file: 'credential-provider-node.ts', version: '3.972.97' },
  // Switched off in lib/storage/client.ts.
  '@aws-sdk/endpoint-cache': { file: 'endpoint-cache.ts', version: '3.972.11' },
  // No operation of DynamoDB streams events.
  '@smithy/core/event-streams': { file: 'event-streams.ts', version: '3.41.0' },
  // jwa calls it for ES signatures only, which Cardea does not use.
  'ecdsa-sig-formatter': { file: 'ecdsa-sig-formatter.ts', version: '1.0.11' },
  // jsonwebtoken calls it only to look up an algorithm in a list.
  'lodash.includes': { file: 'lodash-includes.cjs', version: '4.3.0' },
  // jsonwebtoken calls it only to check the version of Node.
  semver: { file: 'semver.ts', version: '7.8.6' },
}

const leaveOut = {
  name: 'leave-out',
  setup(build) {
    for (const [name, { file }] of Object.entries(aliases)) {
      build.onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: join(__dirname, file) }))
    }
  },
}

module.exports = { plugins: [leaveOut], aliases }
