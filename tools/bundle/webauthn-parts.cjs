const { join } = require('node:path')

/** The files of @simplewebauthn/server that only attestations with certificates need. */
const unreached = new RegExp(
  `/(?:${[
    'verifyAttestation(?:AndroidKey|AndroidSafetyNet|Apple|FIDOU2F|TPM|WithMetadata)',
    'convertX509PublicKeyToCOSE|getCertificateInfo|isCertRevoked|validate\\w+|metadataService|verifyMDSBlob',
    'defaultRootCerts/[\\w-]+',
  ].join('|')})\\.js$`,
)

/** Leaves out parts of @simplewebauthn/server that no alias can name, because it imports them by a relative path. */
const webauthnParts = {
  name: 'webauthn-parts',
  setup(build) {
    build.onResolve({ filter: /^\.{1,2}\// }, async ({ path, importer, resolveDir, kind, pluginData }) => {
      if (pluginData || !/@simplewebauthn[\\/]server[\\/]esm/.test(importer)) return undefined
      if (unreached.test(path)) return { path: join(__dirname, 'webauthn-certificates.ts') }
      // Its package.json does not say that a file whose exports are not used can be left out.
      const found = await build.resolve(path, { importer, resolveDir, kind, pluginData: true })
      return { ...found, sideEffects: false }
    })
  },
}

module.exports = { webauthnParts }
