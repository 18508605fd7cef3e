const { join } = require('node:path')

/** What a function has no use for, by the exact name that it is imported by, and what stands in its place. */
const aliases = {
  // Lambda gives credentials in the environment, and nowhere else.
  '@aws-sdk/credential-provider-node': 'credential-provider-node.ts',
  // Switched off in lib/storage/client.ts.
  '@aws-sdk/endpoint-cache': 'endpoint-cache.ts',
  // No operation of DynamoDB streams events.
  '@smithy/core/event-streams': 'event-streams.ts',
  // jwa asks it for signatures of the family ES, which we have none of.
  'ecdsa-sig-formatter': 'ecdsa-sig-formatter.ts',
  // jsonwebtoken asks it only for a name in its list of algorithms.
  'lodash.includes': 'lodash-includes.cjs',
  // jsonwebtoken asks it only whether Node is new enough.
  semver: 'semver.ts',
}

const leaveOut = {
  name: 'leave-out',
  setup(build) {
    for (const [name, file] of Object.entries(aliases)) {
      build.onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: join(__dirname, file) }))
    }
  },
}

module.exports = { plugins: [leaveOut], aliases }
