import type { MakeProvider } from './provider.ts'

/**
 * Any other issuer of OpenID Connect. Nothing is known about how it verifies an email, so its flag counts only if the deployment
 * says so (TRUST_EMAIL).
 */
export const oidc: MakeProvider = ({ name, issuer, trustEmail }) => {
  if (issuer === undefined) throw new Error(`The issuer of ${name} is not set`)
  return {
    protocol: 'openid',
    issuer,
    scope: 'openid email profile',
    // With the code flow, claims of a scope may come from the userinfo endpoint alone (OpenID Connect Core 5.4).
    readsUserInfo: true,
    verifiedEmail: ({ email, email_verified }) => (trustEmail && email_verified === true ? email : undefined),
    accountNames: ({ preferred_username, email }) => [preferred_username, email],
  }
}
