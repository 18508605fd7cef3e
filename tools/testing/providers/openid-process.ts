import { openIdProvider } from './openid-provider.ts'
import type { OpenIdKind, ProviderOptions } from './provider-options.ts'

/** A process of its own, because jest cannot load `oidc-provider`. It ends with its parent. */
process.once('message', async ({ kind, options }: { kind: OpenIdKind; options: ProviderOptions }) => {
  const { issuer } = await openIdProvider(kind, options)
  process.send?.({ issuer })
})
process.once('disconnect', () => process.exit(0))
