import { createPublicKey, verify } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { type ProviderOptions, TENANT } from './provider-options.ts'

/** Keys name the issuer that they sign for, and the document of several tenants has a template. */
export function likeMicrosoft(context: KoaContextWithOIDC): void {
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
export function withName(
  context: KoaContextWithOIDC,
  people: ProviderOptions['people'],
  named: Set<string>,
): void {
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
export const INSIDE = 'the secret of a client that has proven itself with its key'

/** Apple's client secret is a JWT of the team's key: "iss, iat, exp, aud, sub". */
export async function acceptSecret(request: IncomingMessage, publicKey: string): Promise<void> {
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
