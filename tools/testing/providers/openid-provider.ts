import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type Configuration, interactionPolicy, type KoaContextWithOIDC, Provider } from 'oidc-provider'
import { accountPage } from './account-page.ts'
import {
  type OpenIdKind,
  type ProviderOptions,
  peopleOf,
  type RunningProvider,
  TENANT,
} from './provider-options.ts'

/** What each kind of provider does in its own way. */
const kinds: Readonly<
  Record<
    OpenIdKind,
    { readonly path: string; readonly configuration: Configuration; readonly method: string }
  >
> = {
  google: {
    path: '',
    method: 'client_secret_post',
    configuration: {
      claims: { openid: ['sub'], email: ['email', 'email_verified', 'hd'], profile: ['name'] },
      conformIdTokenClaims: false,
    },
  },
  microsoft: {
    path: `/${TENANT}/v2.0`,
    method: 'client_secret_post',
    configuration: {
      claims: {
        openid: ['sub', 'tid'],
        email: ['email', 'xms_edov'],
        profile: ['name', 'preferred_username'],
      },
      conformIdTokenClaims: false,
    },
  },
  apple: {
    path: '',
    method: 'client_secret_post',
    configuration: {
      claims: { openid: ['sub'], email: ['email', 'email_verified'], name: [] },
      scopes: ['openid', 'email', 'name'],
      conformIdTokenClaims: false,
      issueRefreshToken: () => true,
      features: { revocation: { enabled: true } },
    },
  },
  // Claims of a scope come from the userinfo endpoint alone (OpenID Connect Core 5.4).
  oidc: {
    path: '',
    method: 'client_secret_basic',
    configuration: {
      claims: {
        openid: ['sub'],
        email: ['email', 'email_verified'],
        profile: ['name', 'preferred_username'],
      },
    },
  },
}

/** Starts `oidc-provider`, configured like a provider that people know. */
export async function openIdProvider(
  kind: OpenIdKind,
  { clientId, clientSecret, redirectUris, people = peopleOf[kind], port = 0 }: ProviderOptions,
): Promise<RunningProvider> {
  const { path, configuration, method } = kinds[kind]
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const signing = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })
  const policy = interactionPolicy.base()
  policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 0)
  const provider = new Provider(`${origin}${path}`, {
    ...configuration,
    clients: [
      {
        client_id: clientId,
        client_secret: kind === 'apple' ? INSIDE : clientSecret,
        redirect_uris: [...redirectUris],
        response_types: ['code'],
        grant_types: kind === 'apple' ? ['authorization_code', 'refresh_token'] : ['authorization_code'],
        token_endpoint_auth_method: method as 'client_secret_post',
        require_auth_time: kind === 'apple',
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

/** Keys name the issuer that they sign for, and the document of several tenants has a template. */
function likeMicrosoft(context: KoaContextWithOIDC): void {
  const template = (text: string) => text.replace(TENANT, '{tenantid}')
  const body = context.body as { issuer?: string; keys?: object[] } | undefined
  const { isTemplate } = context.req as { isTemplate?: boolean }
  const issuer = String((context as { oidc?: { issuer?: string } }).oidc?.issuer ?? '')
  if (context.path.endsWith('/openid-configuration') && body?.issuer && isTemplate)
    context.body = { ...body, issuer: template(body.issuer) }
  if (context.path.endsWith('/jwks') && body?.keys)
    context.body = { keys: body.keys.map((key) => ({ ...key, issuer: template(issuer) })) }
}

/** Apple posts the name in the first login of a person, and never again. */
function withName(context: KoaContextWithOIDC, people: ProviderOptions['people'], named: Set<string>): void {
  const { session } = context.oidc ?? {}
  const id = session?.accountId
  if (typeof context.body !== 'string' || !context.body.includes('name="code"') || !id || named.has(id))
    return
  named.add(id)
  const { firstName, lastName, email } = people?.[id] ?? {}
  const user = JSON.stringify({ name: { firstName, lastName }, email }).replaceAll('"', '&quot;')
  context.body = context.body.replace(
    '<noscript>',
    `<input type="hidden" name="user" value="${user}"/>\n<noscript>`,
  )
}

/** The secret inside the provider, which takes the place of a right JWT. */
const INSIDE = 'the secret of a client that has proven itself with its key'

/** Apple's client secret is a JWT of the team's key: "iss, iat, exp, aud, sub". */
async function acceptSecret(request: IncomingMessage, publicKey: string): Promise<void> {
  const body = new URLSearchParams(await text(request))
  const [header = '', claims = '', signature = ''] = (body.get('client_secret') ?? '').split('.')
  const { aud, exp, iat, iss, sub } = JSON.parse(Buffer.from(claims, 'base64url').toString() || '{}')
  const key = { key: createPublicKey(publicKey), dsaEncoding: 'ieee-p1363' as const }
  const isRight =
    verify('sha256', Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, 'base64url')) &&
    JSON.parse(Buffer.from(header, 'base64url').toString()).alg === 'ES256' &&
    String(aud).startsWith('http://127.0.0.1:') &&
    exp > iat &&
    exp - iat <= 15_777_000 &&
    typeof iss === 'string' &&
    sub === body.get('client_id')
  body.set('client_secret', isRight ? INSIDE : 'wrong')
  Object.assign(request, { body: Object.fromEntries(body) })
}
