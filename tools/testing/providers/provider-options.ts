/** The claims of the people who have an account at a test provider, by their account id. */
export type People = Readonly<Record<string, Readonly<Record<string, unknown>>>>

export interface ProviderOptions {
  readonly clientId: string
  /** For Apple, the public key of the team, as a PEM. */
  readonly clientSecret: string
  /** The callbacks of Cardea that are registered. */
  readonly redirectUris: readonly string[]
  readonly people?: People
  /** Whether it knows `prompt=select_account`, as by default. */
  readonly choosesAccount?: boolean
  /** A fixed port, so that a browser knows the address. */
  readonly port?: number
}

/** A test provider, which runs until `close`. */
export interface RunningProvider {
  /** What ISSUER or, for the other kinds, the setting of a local test server is. */
  readonly issuer: string
  close(): Promise<void>
}

export const TENANT = '11111111-2222-4333-8444-555555555555'

/** Two people, as each kind of provider describes them. */
export const peopleOf = {
  google: {
    ada: { email: 'Ada@gmail.com', email_verified: true, name: 'Ada Lovelace' },
    bob: { email: 'bob@elsewhere.example', email_verified: true, name: 'Bob' },
  },
  microsoft: {
    ada: {
      tid: TENANT,
      email: 'ada@contoso.example',
      xms_edov: true,
      name: 'Ada Lovelace',
      preferred_username: 'ada@contoso.example',
    },
    bob: {
      tid: TENANT,
      email: 'ada@contoso.example',
      name: 'Bob',
      preferred_username: 'bob@contoso.example',
    },
  },
  apple: {
    ada: {
      email: 'x7@privaterelay.appleid.com',
      email_verified: 'true',
      firstName: 'Ada',
      lastName: 'Lovelace',
    },
    bob: { email: 'bob@example.com', email_verified: true, firstName: 'Bob', lastName: 'B.' },
  },
  oidc: {
    ada: { email: 'ada@acme.example', email_verified: true, name: 'Ada Lovelace', preferred_username: 'ada' },
    bob: { email: 'bob@acme.example', email_verified: false, name: 'Bob', preferred_username: 'bob' },
  },
  github: {
    ada: {
      id: 1,
      login: 'ada',
      name: 'Ada Lovelace',
      emails: [
        { email: 'ada@work.example', primary: false, verified: true, visibility: null },
        { email: 'ada@example.com', primary: true, verified: true, visibility: 'private' },
      ],
    },
    bob: {
      id: 2,
      login: 'bob-b',
      name: null,
      emails: [
        { email: '2+bob-b@users.noreply.github.com', primary: true, verified: true, visibility: null },
      ],
    },
  },
} as const satisfies Readonly<Record<string, People>>

export type ProviderKind = keyof typeof peopleOf
export type OpenIdKind = Exclude<ProviderKind, 'github'>
