import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { interactionPolicy, type KoaContextWithOIDC, Provider } from 'oidc-provider'
import { accountPage } from './account-page.ts'
import { kinds } from './openid-kinds.ts'
import { acceptSecret, INSIDE, likeMicrosoft, withName } from './provider-habits.ts'
import { type OpenIdKind, type ProviderOptions, peopleOf, type RunningProvider } from './provider-options.ts'

/** Starts `oidc-provider`, configured like a provider that people know. */
export async function openIdProvider(
  kind: OpenIdKind,
  {
    clientId,
    clientSecret,
    redirectUris,
    people = peopleOf[kind],
    choosesAccount = true,
    port = 0,
  }: ProviderOptions,
): Promise<RunningProvider> {
  const { path, configuration, method } = kinds[kind]
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const signing = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })
  const policy = interactionPolicy.base()
  if (choosesAccount)
    policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 0)
  const provider = new Provider(`${origin}${path}`, {
    ...configuration,
    ...(choosesAccount && { discovery: { prompt_values_supported: ['none', 'login', 'select_account'] } }),
    clients: [
      {
        client_id: clientId,
        client_secret: kind === 'apple' ? INSIDE : clientSecret,
        redirect_uris: [...redirectUris],
        response_types: ['code'],
        grant_types: kind === 'apple' ? ['authorization_code', 'refresh_token'] : ['authorization_code'],
        token_endpoint_auth_method: method as 'client_secret_post',
        // Of Microsoft, as an optional claim.
        require_auth_time: kind === 'apple' || kind === 'microsoft',
      },
    ],
    jwks: { keys: [{ ...signing, kid: `${kind}-1`, use: 'sig', alg: 'RS256' } as never] },
    cookies: { keys: ['a key of a test'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false }, ...configuration.features },
    interactions: { policy, url: (_, { uid }) => `${path}/interaction/${uid}` },
    findAccount: (_, sub) =>
      people[sub] && { accountId: sub, claims: async () => ({ sub, ...people[sub] }) as never },
    /** Everybody consents. */
    async loadExistingGrant({ oidc }) {
      const { client, session } = oidc
      const grant = new provider.Grant({
        clientId: client?.clientId ?? '',
        accountId: session?.accountId ?? '',
      })
      grant.addOIDCScope('openid email profile name')
      await grant.save()
      return grant
    },
  })
  const named = new Set<string>()
  provider.use(async (koa, next) => {
    await next()
    const context = koa as KoaContextWithOIDC
    if (kind === 'microsoft') likeMicrosoft(context)
    if (kind === 'apple') withName(context, people, named)
  })

  const handle = provider.callback()
  server.on('request', async (request, response) => {
    const url = request.url ?? '/'
    const [, uid, action] = /\/interaction\/([\w-]+)(?:\/([^/?]*))?/.exec(url) ?? []
    try {
      if (uid !== undefined && action === undefined) {
        const page = accountPage(
          Object.keys(people),
          (id) => `${path}/interaction/${uid}/${id}`,
          `${path}/interaction/${uid}/`,
        )
        return void response.writeHead(200, { 'content-type': 'text/html' }).end(page)
      }
      if (action !== undefined) {
        const result = people[action]
          ? { login: { accountId: action }, select_account: {}, consent: {} }
          : { error: 'access_denied' }
        return await provider.interactionFinished(request, response, result)
      }
      // The document of several tenants: the endpoints of one, and a template in place of the issuer.
      const mount = /^\/(?:common|organizations|consumers)\/v2\.0/.exec(url)?.[0] ?? path
      if (kind === 'apple' && request.method === 'POST') await acceptSecret(request, clientSecret)
      Object.assign(request, { originalUrl: url.replace(mount, path), url: url.slice(mount.length) })
      ;(request as { isTemplate?: boolean }).isTemplate = mount !== path
      await handle(request, response)
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  })
  return {
    issuer: origin,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
