import type { Configuration } from 'oidc-provider'
import { type OpenIdKind, TENANT } from './provider-options.ts'

/** What each kind of provider does in its own way. */
export const kinds: Readonly<
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
