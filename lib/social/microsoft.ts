import { ProviderFailure } from '../domain/social-ports.ts'
import type { MakeProvider } from './provider.ts'

/** The tenant of all personal accounts. */
const PERSONAL = '9188040d-6c67-4c5b-b112-36a304b66dad'
const guid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/
const TEMPLATE = '{tenantid}'

/**
 * Microsoft Entra: https://learn.microsoft.com/entra/identity-platform/id-tokens
 *
 * The documents of several tenants have a template in place of an issuer. Each token names its tenant in `tid`, and its issuer
 * must be the template filled with it. A key of one tenant must not sign for another, so the issuer of the key is compared too.
 */
export const microsoft: MakeProvider = ({
  issuer: authority = 'https://login.microsoftonline.com',
  tenant = '',
}) => {
  const of = (tenantId: string) => `${authority}/${tenantId}/v2.0`
  const isTemplate = tenant === 'common' || tenant === 'organizations'
  const own = tenant === 'consumers' ? PERSONAL : tenant
  const issuerOf = (tid: unknown): string => {
    const isId = typeof tid === 'string' && guid.test(tid)
    const isAllowed = isTemplate ? tenant === 'common' || tid !== PERSONAL : tid === own
    if (!isId || !isAllowed) throw new ProviderFailure('provider_error', 'tid')
    return of(tid)
  }
  return {
    protocol: 'openid',
    issuer: of(isTemplate ? TEMPLATE : own),
    discovery: of(tenant),
    scope: 'openid email profile',
    choosesAccount: true,
    // With `max_age=0`, the ID token ends in the second of the login. `auth_time` is an optional claim, which needs no `max_age`.
    loginNow: { prompt: 'login' },
    issuerOf: ({ tid }) => issuerOf(tid),
    callbackIssuer: (iss) => issuerOf(URL.parse(iss)?.pathname.split('/')[1]),
    maySign: ({ issuer }, tokenIssuer) =>
      typeof issuer === 'string' &&
      issuer.replace(TEMPLATE, () => tokenIssuer.split('/').at(-2) ?? '') === tokenIssuer,
    // "Email domain owner verified". The tenant of a person can set any email; this optional claim says that it owns the domain.
    // Tokens have it in each of these forms.
    verifiedEmail: ({ email, xms_edov }) =>
      xms_edov === true || xms_edov === 1 || xms_edov === '1' || xms_edov === 'true' ? email : undefined,
    accountNames: ({ preferred_username, email }) => [preferred_username, email],
  }
}
