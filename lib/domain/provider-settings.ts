export const providerKinds = ['google', 'microsoft', 'apple', 'github', 'oidc'] as const
export type ProviderKind = (typeof providerKinds)[number]

/** A provider of PROVIDERS, as its settings describe it. Its secret is in SSM, below `providers`. */
export interface ProviderSettings {
  /** Its name in PROVIDERS. */
  readonly name: string
  readonly kind: ProviderKind
  /** What people read, such as `Google`. */
  readonly label: string
  readonly clientId: string
  /**
   * The issuer of `oidc`, as its discovery document spells it: some end with a slash. For the other kinds only locally: the
   * address of a test server in the provider's place.
   */
  readonly issuer?: string | undefined
  /** Of `microsoft`: the id of a tenant, or `common`, `organizations` or `consumers`. */
  readonly tenant?: string | undefined
  /** Of `apple`. */
  readonly teamId?: string | undefined
  readonly keyId?: string | undefined
  /** Of `oidc`: whether its `email_verified` counts. */
  readonly trustEmail: boolean
}

/** The labels of the providers that are known by their name. Every other name is an OpenID Connect provider. */
const labels: Readonly<Record<string, string>> = {
  google: 'Google',
  microsoft: 'Microsoft',
  apple: 'Apple',
  github: 'GitHub',
} satisfies Record<Exclude<ProviderKind, 'oidc'>, string>

export const kindOf = (name: string): ProviderKind => providerKinds.find((each) => each === name) ?? 'oidc'

/**
 * Whether a provider can say when a person has logged in, without which its login proves nothing new. GitHub has no ID tokens, and so
 * no `auth_time`.
 */
export const tellsLoginTime = (name: string): boolean => kindOf(name) !== 'github'

/** The label of a provider without a LABEL: `Google`, and `Acme` for `acme`. */
export const labelOf = (name: string): string =>
  (Object.hasOwn(labels, name) && labels[name]) || `${name.charAt(0).toUpperCase()}${name.slice(1)}`

/** Where a provider sends the browser back to. This address is registered with the provider. */
export const callbackAddress = (issuer: string, provider: string): string =>
  `${issuer}/auth/social/${provider}/callback`
