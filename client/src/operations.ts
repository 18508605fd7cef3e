// Written by `npm run generate` from functions/openapi.json.

export interface PasskeyRegistration {
  readonly id: string
  readonly rawId: string
  readonly type: "public-key"
  readonly response: {
    readonly clientDataJSON: string
    readonly attestationObject: string
    readonly transports?: readonly (string)[]
  }
}

export interface PasskeyAdded {
  /** Send it as `Authorization: Bearer ...`. */
  readonly accessToken: string
  readonly tokenType: "Bearer"
  /** Seconds until the access token expires. */
  readonly expiresIn: number
  readonly user: User
  /** Show them to the user now, once. Each works once, in place of a second factor. */
  readonly recoveryCodes?: readonly (string)[]
  readonly passkey: Passkey
}

export interface User {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly roles: readonly ("user" | "admin")[]
  readonly emailVerified: boolean
  readonly createdAt: string
  readonly locale: "en" | "de" | "fr" | "es" | "pt" | "ja"
}

export interface Passkey {
  readonly id: string
  readonly name: string
  /** The domain that the passkey belongs to. With one of another domain, nobody can log in. */
  readonly rpId: string
  /** Whether it was copied to another place, such as a synced account, when it was last used. */
  readonly backedUp: boolean
  readonly createdAt: string
  readonly lastUsedAt: string
}

export interface FactorChange {
  /** Send it as `Authorization: Bearer ...`. */
  readonly accessToken: string
  readonly tokenType: "Bearer"
  /** Seconds until the access token expires. */
  readonly expiresIn: number
  readonly user: User
  /** Show them to the user now, once. Each works once, in place of a second factor. */
  readonly recoveryCodes?: readonly (string)[]
}

export interface TokenResponse {
  /** Send it as `Authorization: Bearer ...`. */
  readonly accessToken: string
  readonly tokenType: "Bearer"
  /** Seconds until the access token expires. */
  readonly expiresIn: number
  readonly user: User
}

export interface PasskeyAssertion {
  readonly id: string
  readonly rawId: string
  readonly type: "public-key"
  readonly response: {
    readonly clientDataJSON: string
    readonly authenticatorData: string
    readonly signature: string
    readonly userHandle?: string
  }
}

export interface FlowAddress {
  /** Navigate the browser there within a minute. It works once. */
  readonly url: string
}

export interface PasskeyRequestOptions {
  readonly rpId: string
  readonly challenge: string
  /** Milliseconds. Then ask for new options. */
  readonly timeout: number
  readonly userVerification: "required"
}

export interface PasskeyCreationOptions {
  readonly rp: {
    readonly id: string
    readonly name: string
  }
  readonly user: {
    readonly id: string
    readonly name: string
    readonly displayName: string
  }
  readonly challenge: string
  readonly pubKeyCredParams: readonly ({
    readonly type: "public-key"
    readonly alg: number
  })[]
  /** Milliseconds. Then ask for new options. */
  readonly timeout: number
  readonly excludeCredentials: readonly ({
    readonly type: "public-key"
    readonly id: string
    readonly transports: readonly (string)[]
  })[]
  readonly authenticatorSelection: {
    readonly residentKey: "required"
    readonly requireResidentKey: boolean
    readonly userVerification: "required"
  }
  readonly attestation: "none"
}

export interface TotpEnrolment {
  /** 160 bits in base32. */
  readonly secret: string
  /** An `otpauth://` address. */
  readonly uri: string
}

export interface UserDetails {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly roles: readonly ("user" | "admin")[]
  readonly emailVerified: boolean
  readonly createdAt: string
  readonly status: "active" | "disabled"
  /** The second factors of the account: whether it has TOTP, and the number of passkeys. */
  readonly factors: {
    readonly totp: boolean
    readonly passkeys: number
  }
}

export interface Identity {
  readonly id: string
  /** The name of the provider. */
  readonly provider: string
  /** How its owner knows the account there: an address or a user name. For display only. */
  readonly accountName?: string
  readonly linkedAt: string
  readonly lastUsedAt: string
}

export interface Session {
  readonly id: string
  readonly createdAt: string
  readonly lastUsedAt: string
  readonly client: {
    readonly userAgent: string
    readonly ip: string
  }
  readonly current: boolean
}

export interface ListedUser {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly roles: readonly ("user" | "admin")[]
  readonly emailVerified: boolean
  readonly createdAt: string
  readonly status: "active" | "disabled"
}

export interface ExportedUser {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly roles: readonly ("user" | "admin")[]
  readonly emailVerified: boolean
  readonly createdAt: string
  readonly status: "active" | "disabled"
  readonly locale: "en" | "de" | "fr" | "es" | "pt" | "ja"
  /** Known devices: a hash of the kind of client and half of its network address. */
  readonly devices: readonly (string)[]
  /** The email before the last change, while the change can be undone. */
  readonly formerEmail?: {
    readonly email: string
    readonly keptUntil: string
  }
}

export interface Factors {
  /** Whether the account has a password. */
  readonly password: boolean
  readonly totp?: {
    readonly enrolledAt: string
    readonly lastUsedAt: string
  }
  readonly passkeys: readonly (Passkey)[]
  readonly recoveryCodes?: {
    readonly left: number
    readonly createdAt: string
  }
}

export interface ExportedIdentity {
  readonly id: string
  /** The name of the provider. */
  readonly provider: string
  /** How its owner knows the account there: an address or a user name. For display only. */
  readonly accountName?: string
  readonly linkedAt: string
  readonly lastUsedAt: string
  readonly issuer: string
  readonly subject: string
}

export interface ExportedSession {
  readonly id: string
  readonly createdAt: string
  readonly lastUsedAt: string
  readonly client: {
    readonly userAgent: string
    readonly ip: string
  }
  readonly current: boolean
  readonly idleExpiresAt: string
  readonly expiresAt: string
  readonly authTime: string
  readonly amr: readonly (string)[]
  readonly acr: "aal1" | "aal2"
}

export interface IdentityLinked {
  /** Send it as `Authorization: Bearer ...`. */
  readonly accessToken: string
  readonly tokenType: "Bearer"
  /** Seconds until the access token expires. */
  readonly expiresIn: number
  readonly user: User
  readonly identity: Identity
}

export interface Operations {
  /** Add a passkey, and complete the login. */
  addRequiredPasskey: {
    input: {
      readonly authSession: string
      readonly passkey: PasskeyRegistration
      readonly name?: string
    }
    output: PasskeyAdded
    refusal: 'invalid_auth_session' | 'invalid_passkey' | 'invalid_request' | 'untrusted_proxy' | 'email_not_verified' | 'passkey_exists' | 'identity_taken' | 'conflict' | 'payload_too_large' | 'unsupported_media_type' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** Enrol an authenticator app, and complete the login. */
  confirmRequiredTotp: {
    input: {
      readonly authSession: string
      readonly code: string
    }
    output: FactorChange
    refusal: 'invalid_auth_session' | 'invalid_code' | 'invalid_request' | 'untrusted_proxy' | 'email_not_verified' | 'identity_taken' | 'conflict' | 'payload_too_large' | 'unsupported_media_type' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** Request a login mail. */
  requestEmailLogin: {
    input: {
      readonly email: string
    }
    output: {
      readonly challenge: string
    }
    refusal: 'invalid_request' | 'untrusted_proxy' | 'not_enabled' | 'payload_too_large' | 'unsupported_media_type' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** Log in with the six digits of a login mail. */
  enterEmailLoginCode: {
    input: {
      readonly email: string
      readonly challenge: string
      readonly code: string
    }
    output: TokenResponse
    refusal: 'invalid_code' | 'invalid_request' | 'untrusted_proxy' | 'second_factor_required' | 'second_factor_enrolment_required' | 'not_enabled' | 'conflict' | 'payload_too_large' | 'unsupported_media_type' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** Set a passkey as the first way to log in to an account. */
  finishSignUpWithPasskey: {
    input: {
      readonly token: string
      readonly passkey: PasskeyRegistration
      readonly name?: string
    }
    output: {
      readonly recoveryCodes: readonly (string)[]
    }
    refusal: 'invalid_link' | 'invalid_passkey' | 'invalid_request' | 'untrusted_proxy' | 'passkey_exists' | 'conflict' | 'payload_too_large' | 'unsupported_media_type' | 'internal_error' | 'unavailable'
  }
  /** Set the first password of an account that has none. */
  finishSignUp: {
    input: {
      readonly token: string
      readonly newPassword: string
    }
    output: undefined
    refusal: 'invalid_link' | 'weak_password' | 'invalid_request' | 'untrusted_proxy' | 'conflict' | 'payload_too_large' | 'unsupported_media_type' | 'internal_error' | 'unavailable'
  }
  /** Request a mail to set a new password. */
  requestPasswordReset: {
    input: {
      readonly email: string
    }
    output: undefined
    refusal: 'invalid_request' | 'untrusted_proxy' | 'not_enabled' | 'payload_too_large' | 'unsupported_media_type' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** Log in with a passkey. */
  logInWithPasskey: {
    input: {
      readonly passkey: PasskeyAssertion
    }
    output: TokenResponse
    refusal: 'invalid_passkey' | 'invalid_request' | 'untrusted_proxy' | 'account_disabled' | 'email_not_verified' | 'conflict' | 'payload_too_large' | 'unsupported_media_type' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** Log in with email and password. */
  login: {
    input: {
      readonly email: string
      readonly password: string
    }
    output: TokenResponse
    refusal: 'invalid_request' | 'invalid_credentials' | 'untrusted_proxy' | 'account_disabled' | 'email_not_verified' | 'second_factor_required' | 'second_factor_enrolment_required' | 'payload_too_large' | 'unsupported_media_type' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** End the session. */
  logout: {
    input: Record<string, never>
    output: undefined
    refusal: 'invalid_request' | 'untrusted_proxy' | 'origin_not_allowed' | 'payload_too_large' | 'unsupported_media_type' | 'internal_error' | 'unavailable'
  }
  /** What this deployment offers to log in with. */
  getMethods: {
    input: Record<string, never>
    output: {
      readonly emailLogin: boolean
      readonly passkeys: boolean
      readonly signUp: "open" | "closed"
      readonly providers: readonly ({
        readonly name: string
        readonly label: string
      })[]
    }
    refusal: 'untrusted_proxy' | 'internal_error'
  }
  /** Prove again who you are. */
  reauthenticate: {
    input: {
      readonly password?: string
      readonly totp?: string
      readonly recoveryCode?: string
      readonly passkey?: PasskeyAssertion
      readonly code?: string
      readonly social?: {
        readonly code: string
        readonly codeVerifier: string
      }
    }
    output: TokenResponse
    refusal: 'invalid_code' | 'invalid_passkey' | 'invalid_request' | 'unauthorized' | 'untrusted_proxy' | 'wrong_password' | 'payload_too_large' | 'unsupported_media_type' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** Log in with the link of a login mail. */
  redeemEmailLogin: {
    input: {
      readonly token: string
    }
    output: TokenResponse
    refusal: 'invalid_link' | 'invalid_request' | 'untrusted_proxy' | 'second_factor_required' | 'second_factor_enrolment_required' | 'not_enabled' | 'conflict' | 'payload_too_large' | 'unsupported_media_type' | 'internal_error' | 'unavailable'
  }
  /** Exchange the refresh token for the next pair. */
  refresh: {
    input: Record<string, never>
    output: TokenResponse
    refusal: 'invalid_request' | 'invalid_refresh_token' | 'session_ended' | 'refresh_token_reused' | 'untrusted_proxy' | 'origin_not_allowed' | 'payload_too_large' | 'unsupported_media_type' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** Request six digits to prove again who you are. */
  requestReauthenticationMail: {
    input: Record<string, never>
    output: undefined
    refusal: 'invalid_request' | 'unauthorized' | 'untrusted_proxy' | 'email_not_verified' | 'not_enabled' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** Request another verification mail. */
  resendVerification: {
    input: {
      readonly email: string
    }
    output: undefined
    refusal: 'invalid_request' | 'untrusted_proxy' | 'not_enabled' | 'payload_too_large' | 'unsupported_media_type' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** Set a new password with a mailed token. */
  resetPassword: {
    input: {
      readonly token: string
      readonly newPassword: string
    }
    output: undefined
    refusal: 'invalid_link' | 'weak_password' | 'invalid_request' | 'untrusted_proxy' | 'conflict' | 'payload_too_large' | 'unsupported_media_type' | 'internal_error' | 'unavailable'
  }
  /** Complete a login with a second factor. */
  proveSecondFactor: {
    input: {
      readonly authSession: string
      readonly totp?: string
      readonly recoveryCode?: string
      readonly passkey?: PasskeyAssertion
    }
    output: TokenResponse
    refusal: 'invalid_auth_session' | 'invalid_code' | 'invalid_passkey' | 'invalid_request' | 'untrusted_proxy' | 'identity_taken' | 'payload_too_large' | 'unsupported_media_type' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** Create an account. */
  signUp: {
    input: {
      readonly email: string
      readonly password?: string
      readonly name: string
      readonly locale?: "en" | "de" | "fr" | "es" | "pt" | "ja"
    }
    output: TokenResponse | undefined
    refusal: 'weak_password' | 'invalid_request' | 'untrusted_proxy' | 'signup_closed' | 'second_factor_enrolment_required' | 'email_taken' | 'payload_too_large' | 'unsupported_media_type' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** Request six digits that prove an email for a social login. */
  requestSocialCode: {
    input: {
      readonly linkSession: string
      readonly email?: string
    }
    output: undefined
    refusal: 'invalid_link_session' | 'invalid_request' | 'untrusted_proxy' | 'payload_too_large' | 'unsupported_media_type' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** Complete a social login by proving the account or the email. */
  linkSocialLogin: {
    input: {
      readonly linkSession: string
      readonly password?: string
      readonly passkey?: PasskeyAssertion
      readonly code?: string
    }
    output: TokenResponse
    refusal: 'invalid_link_session' | 'invalid_passkey' | 'invalid_code' | 'invalid_request' | 'invalid_credentials' | 'untrusted_proxy' | 'account_disabled' | 'signup_closed' | 'second_factor_required' | 'second_factor_enrolment_required' | 'origin_not_allowed' | 'email_taken' | 'identity_taken' | 'too_many_identities' | 'payload_too_large' | 'unsupported_media_type' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** Log in with the code that came back from a provider. */
  redeemSocialLogin: {
    input: {
      readonly code: string
      readonly codeVerifier: string
    }
    output: TokenResponse
    refusal: 'invalid_code' | 'invalid_request' | 'untrusted_proxy' | 'account_disabled' | 'signup_closed' | 'link_required' | 'email_required' | 'second_factor_required' | 'second_factor_enrolment_required' | 'origin_not_allowed' | 'conflict' | 'payload_too_large' | 'unsupported_media_type' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** Begin to link a login with a provider to your account. */
  startSocialLink: {
    input: {
      readonly provider: string
      /** An entry of SOCIAL_REDIRECTS, exactly, or the address of a ready-made page. */
      readonly redirect: string
      /** The base64url of the SHA-256 of your code verifier: 43 characters (RFC 7636 4.2, S256). */
      readonly codeChallenge: string
    }
    output: FlowAddress
    refusal: 'invalid_request' | 'unauthorized' | 'reauthentication_required' | 'untrusted_proxy' | 'email_not_verified' | 'not_found' | 'too_many_identities' | 'payload_too_large' | 'unsupported_media_type' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** Begin to prove yourself again with a provider. */
  startSocialReauthentication: {
    input: {
      readonly provider: string
      /** An entry of SOCIAL_REDIRECTS, exactly, or the address of a ready-made page. */
      readonly redirect: string
      /** The base64url of the SHA-256 of your code verifier: 43 characters (RFC 7636 4.2, S256). */
      readonly codeChallenge: string
    }
    output: FlowAddress
    refusal: 'invalid_request' | 'unauthorized' | 'untrusted_proxy' | 'not_found' | 'payload_too_large' | 'unsupported_media_type' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** Get the options for a login with a passkey. */
  startPasskeyLogin: {
    input: Record<string, never>
    output: PasskeyRequestOptions
    refusal: 'untrusted_proxy' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** Get the options for a passkey in a login that needs a second factor to be added. */
  startRequiredPasskey: {
    input: {
      readonly authSession: string
    }
    output: PasskeyCreationOptions
    refusal: 'invalid_auth_session' | 'invalid_request' | 'untrusted_proxy' | 'email_not_verified' | 'payload_too_large' | 'unsupported_media_type' | 'internal_error' | 'unavailable'
  }
  /** Start to enrol an authenticator app in a login that needs one. */
  startRequiredTotp: {
    input: {
      readonly authSession: string
    }
    output: TotpEnrolment
    refusal: 'invalid_auth_session' | 'invalid_request' | 'untrusted_proxy' | 'email_not_verified' | 'payload_too_large' | 'unsupported_media_type' | 'internal_error' | 'unavailable'
  }
  /** Get the options for the first passkey of an account that has no password. */
  startSignUpPasskey: {
    input: {
      readonly token: string
    }
    output: PasskeyCreationOptions
    refusal: 'invalid_link' | 'invalid_request' | 'untrusted_proxy' | 'payload_too_large' | 'unsupported_media_type' | 'internal_error' | 'unavailable'
  }
  /** Undo a change of email. */
  undoEmailChange: {
    input: {
      readonly token: string
    }
    output: undefined
    refusal: 'invalid_link' | 'invalid_request' | 'untrusted_proxy' | 'conflict' | 'payload_too_large' | 'unsupported_media_type' | 'internal_error' | 'unavailable'
  }
  /** Undo the first second factor of an account. */
  undoSecondFactor: {
    input: {
      readonly token: string
    }
    output: undefined
    refusal: 'invalid_link' | 'invalid_request' | 'untrusted_proxy' | 'conflict' | 'payload_too_large' | 'unsupported_media_type' | 'internal_error' | 'unavailable'
  }
  /** Verify an email. */
  verifyEmail: {
    input: {
      readonly token: string
    }
    output: undefined
    refusal: 'invalid_link' | 'invalid_request' | 'untrusted_proxy' | 'email_taken' | 'email_changed_recently' | 'conflict' | 'payload_too_large' | 'unsupported_media_type' | 'internal_error' | 'unavailable'
  }
  /** Add a passkey. */
  addPasskey: {
    input: {
      readonly passkey: PasskeyRegistration
      readonly name?: string
    }
    output: PasskeyAdded
    refusal: 'invalid_passkey' | 'invalid_request' | 'unauthorized' | 'reauthentication_required' | 'untrusted_proxy' | 'email_not_verified' | 'passkey_exists' | 'too_many_passkeys' | 'conflict' | 'payload_too_large' | 'unsupported_media_type' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** List your passkeys. */
  listPasskeys: {
    input: Record<string, never>
    output: {
      readonly passkeys: readonly (Passkey)[]
    }
    refusal: 'unauthorized' | 'untrusted_proxy' | 'internal_error' | 'unavailable'
  }
  /** Delete a user. */
  adminDeleteUser: {
    input: {
      readonly userId: string
    }
    output: undefined
    refusal: 'unauthorized' | 'reauthentication_required' | 'untrusted_proxy' | 'forbidden' | 'second_factor_enrolment_required' | 'not_found' | 'own_account' | 'last_administrator' | 'conflict' | 'internal_error' | 'unavailable'
  }
  /** Get a user. */
  adminGetUser: {
    input: {
      readonly userId: string
    }
    output: UserDetails
    refusal: 'unauthorized' | 'untrusted_proxy' | 'forbidden' | 'second_factor_enrolment_required' | 'not_found' | 'internal_error' | 'unavailable'
  }
  /** Change a user’s roles, status or name. */
  adminUpdateUser: {
    input: {
      readonly userId: string
      readonly roles?: readonly ("user" | "admin")[]
      readonly status?: "active" | "disabled"
      readonly name?: string
    }
    output: ListedUser
    refusal: 'invalid_request' | 'unauthorized' | 'reauthentication_required' | 'untrusted_proxy' | 'forbidden' | 'second_factor_enrolment_required' | 'not_found' | 'own_account' | 'second_factor_missing' | 'last_administrator' | 'conflict' | 'payload_too_large' | 'unsupported_media_type' | 'internal_error' | 'unavailable'
  }
  /** End every session of a user. */
  adminEndSessions: {
    input: {
      readonly userId: string
    }
    output: undefined
    refusal: 'unauthorized' | 'reauthentication_required' | 'untrusted_proxy' | 'forbidden' | 'second_factor_enrolment_required' | 'not_found' | 'conflict' | 'internal_error' | 'unavailable'
  }
  /** List the sessions of a user. */
  adminListSessions: {
    input: {
      readonly userId: string
    }
    output: {
      readonly sessions: readonly (Session)[]
    }
    refusal: 'unauthorized' | 'untrusted_proxy' | 'forbidden' | 'second_factor_enrolment_required' | 'not_found' | 'internal_error' | 'unavailable'
  }
  /** List the linked provider accounts of a user. */
  adminListIdentities: {
    input: {
      readonly userId: string
    }
    output: {
      readonly identities: readonly (Identity)[]
    }
    refusal: 'unauthorized' | 'untrusted_proxy' | 'forbidden' | 'second_factor_enrolment_required' | 'not_found' | 'internal_error' | 'unavailable'
  }
  /** List users page by page, or find the one with an email. */
  adminListUsers: {
    input: {
      readonly limit?: number
      readonly order?: "asc" | "desc"
      readonly cursor?: string
      readonly email?: string
    }
    output: {
      readonly users: readonly (ListedUser)[]
      readonly nextCursor: string | null
    }
    refusal: 'invalid_request' | 'unauthorized' | 'untrusted_proxy' | 'forbidden' | 'second_factor_enrolment_required' | 'internal_error' | 'unavailable'
  }
  /** Remove every second factor of a user who has lost them. */
  adminResetFactors: {
    input: {
      readonly userId: string
    }
    output: undefined
    refusal: 'unauthorized' | 'reauthentication_required' | 'untrusted_proxy' | 'forbidden' | 'second_factor_enrolment_required' | 'not_found' | 'own_account' | 'last_way_in' | 'conflict' | 'internal_error' | 'unavailable'
  }
  /** Mail a user a link to set a new password. */
  adminSendPasswordReset: {
    input: {
      readonly userId: string
    }
    output: undefined
    refusal: 'unauthorized' | 'reauthentication_required' | 'untrusted_proxy' | 'forbidden' | 'second_factor_enrolment_required' | 'not_enabled' | 'not_found' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** Unlink a provider account of a user. */
  adminUnlinkIdentity: {
    input: {
      readonly userId: string
      readonly identityId: string
    }
    output: undefined
    refusal: 'unauthorized' | 'reauthentication_required' | 'untrusted_proxy' | 'forbidden' | 'second_factor_enrolment_required' | 'not_found' | 'own_account' | 'last_way_in' | 'conflict' | 'internal_error' | 'unavailable'
  }
  /** Request a change of your email. */
  changeEmail: {
    input: {
      readonly newEmail: string
    }
    output: undefined
    refusal: 'invalid_request' | 'unauthorized' | 'reauthentication_required' | 'untrusted_proxy' | 'not_enabled' | 'email_changed_recently' | 'payload_too_large' | 'unsupported_media_type' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** Change your own password. */
  changePassword: {
    input: {
      readonly currentPassword?: string
      readonly newPassword: string
    }
    output: TokenResponse
    refusal: 'weak_password' | 'invalid_request' | 'unauthorized' | 'reauthentication_required' | 'untrusted_proxy' | 'wrong_password' | 'conflict' | 'payload_too_large' | 'unsupported_media_type' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** Enrol an authenticator app with its first code. */
  confirmTotp: {
    input: {
      readonly code: string
    }
    output: FactorChange
    refusal: 'invalid_code' | 'invalid_request' | 'unauthorized' | 'untrusted_proxy' | 'email_not_verified' | 'conflict' | 'payload_too_large' | 'unsupported_media_type' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** Delete your own account. */
  deleteMe: {
    input: Record<string, never>
    output: undefined
    refusal: 'unauthorized' | 'reauthentication_required' | 'untrusted_proxy' | 'last_administrator' | 'conflict' | 'internal_error' | 'unavailable'
  }
  /** Get your own account. */
  getMe: {
    input: Record<string, never>
    output: User
    refusal: 'unauthorized' | 'untrusted_proxy' | 'internal_error' | 'unavailable'
  }
  /** Change your own name or language. */
  updateMe: {
    input: {
      readonly name?: string
      readonly locale?: "en" | "de" | "fr" | "es" | "pt" | "ja"
    }
    output: User
    refusal: 'invalid_request' | 'unauthorized' | 'untrusted_proxy' | 'payload_too_large' | 'unsupported_media_type' | 'internal_error' | 'unavailable'
  }
  /** End one of your sessions. */
  endMySession: {
    input: {
      readonly sessionId: string
    }
    output: undefined
    refusal: 'unauthorized' | 'reauthentication_required' | 'untrusted_proxy' | 'not_found' | 'internal_error' | 'unavailable'
  }
  /** End all your other sessions; with `all=true` also the current one. */
  endMySessions: {
    input: {
      readonly all?: "true" | "false"
    }
    output: undefined
    refusal: 'invalid_request' | 'unauthorized' | 'reauthentication_required' | 'untrusted_proxy' | 'conflict' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** List your sessions. */
  listMySessions: {
    input: Record<string, never>
    output: {
      readonly sessions: readonly (Session)[]
    }
    refusal: 'unauthorized' | 'untrusted_proxy' | 'internal_error' | 'unavailable'
  }
  /** Export your account and sessions, without secrets. */
  exportMe: {
    input: Record<string, never>
    output: {
      readonly exportedAt: string
      readonly user: ExportedUser
      readonly factors: Factors
      readonly identities: readonly (ExportedIdentity)[]
      readonly sessions: readonly (ExportedSession)[]
    }
    refusal: 'unauthorized' | 'reauthentication_required' | 'untrusted_proxy' | 'internal_error' | 'unavailable'
  }
  /** List your second factors, and when each was added and last used. */
  getMyFactors: {
    input: Record<string, never>
    output: Factors
    refusal: 'unauthorized' | 'untrusted_proxy' | 'internal_error' | 'unavailable'
  }
  /** Link a provider account with the code that came back from the provider. */
  linkIdentity: {
    input: {
      readonly code: string
      readonly codeVerifier: string
    }
    output: IdentityLinked
    refusal: 'invalid_code' | 'invalid_request' | 'unauthorized' | 'untrusted_proxy' | 'email_not_verified' | 'too_many_identities' | 'identity_taken' | 'conflict' | 'payload_too_large' | 'unsupported_media_type' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** List your linked provider accounts. */
  listIdentities: {
    input: Record<string, never>
    output: {
      readonly identities: readonly (Identity)[]
    }
    refusal: 'unauthorized' | 'untrusted_proxy' | 'internal_error' | 'unavailable'
  }
  /** Remove one of your passkeys. */
  removePasskey: {
    input: {
      readonly passkeyId: string
    }
    output: TokenResponse
    refusal: 'invalid_request' | 'unauthorized' | 'reauthentication_required' | 'untrusted_proxy' | 'not_found' | 'last_way_in' | 'second_factor_missing' | 'conflict' | 'payload_too_large' | 'unsupported_media_type' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** Rename one of your passkeys. */
  renamePasskey: {
    input: {
      readonly passkeyId: string
      readonly name: string
    }
    output: Passkey
    refusal: 'invalid_request' | 'unauthorized' | 'untrusted_proxy' | 'not_found' | 'payload_too_large' | 'unsupported_media_type' | 'internal_error' | 'unavailable'
  }
  /** Remove the authenticator app. */
  removeTotp: {
    input: Record<string, never>
    output: TokenResponse
    refusal: 'invalid_request' | 'unauthorized' | 'reauthentication_required' | 'untrusted_proxy' | 'not_found' | 'second_factor_missing' | 'conflict' | 'payload_too_large' | 'unsupported_media_type' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** Start to enrol an authenticator app. */
  startTotp: {
    input: Record<string, never>
    output: TotpEnrolment
    refusal: 'unauthorized' | 'reauthentication_required' | 'untrusted_proxy' | 'email_not_verified' | 'internal_error' | 'unavailable'
  }
  /** Replace all recovery codes. */
  replaceRecoveryCodes: {
    input: Record<string, never>
    output: FactorChange
    refusal: 'invalid_request' | 'unauthorized' | 'reauthentication_required' | 'untrusted_proxy' | 'not_found' | 'conflict' | 'payload_too_large' | 'unsupported_media_type' | 'too_many_attempts' | 'internal_error' | 'unavailable'
  }
  /** Get the options for a new passkey. */
  startPasskeyRegistration: {
    input: Record<string, never>
    output: PasskeyCreationOptions
    refusal: 'unauthorized' | 'reauthentication_required' | 'untrusted_proxy' | 'email_not_verified' | 'too_many_passkeys' | 'internal_error' | 'unavailable'
  }
  /** Unlink one of your provider accounts. */
  unlinkIdentity: {
    input: {
      readonly identityId: string
    }
    output: TokenResponse
    refusal: 'invalid_request' | 'unauthorized' | 'reauthentication_required' | 'untrusted_proxy' | 'not_found' | 'last_way_in' | 'conflict' | 'payload_too_large' | 'unsupported_media_type' | 'internal_error' | 'unavailable'
  }
  /** Check that the service answers. */
  getHealth: {
    input: Record<string, never>
    output: {
      readonly status: "ok"
    }
    refusal: 'untrusted_proxy' | 'internal_error'
  }
  /** Name, version and links of this API. */
  getIndex: {
    input: Record<string, never>
    output: {
      readonly name: string
      readonly version: string
      readonly links: {
        readonly openapi: string
        readonly jwks: string
        readonly health: string
      }
    }
    refusal: 'untrusted_proxy' | 'internal_error'
  }
  /** Public keys to verify access tokens with. */
  getJwks: {
    input: Record<string, never>
    output: {
      readonly keys: readonly ({
        readonly kty: "RSA"
        readonly use: "sig"
        readonly alg: "RS256"
        readonly kid: string
        readonly n: string
        readonly e: string
      })[]
    }
    refusal: 'untrusted_proxy' | 'internal_error' | 'unavailable'
  }
  /** This API as an OpenAPI 3.1 document. */
  getOpenapi: {
    input: Record<string, never>
    output: {
      readonly openapi: string
    }
    refusal: 'untrusted_proxy' | 'internal_error'
  }
  /** Discovery for verifiers of access tokens. */
  getOpenidConfiguration: {
    input: Record<string, never>
    output: {
      readonly issuer: string
      readonly jwks_uri: string
      readonly id_token_signing_alg_values_supported: readonly ("RS256")[]
    }
    refusal: 'untrusted_proxy' | 'internal_error'
  }
}

export type OperationName = keyof Operations

/** `user`: needs an access token. `login`: answers with tokens. `query`: sends its input in the query. */

export const operations = {
  addRequiredPasskey: { method: 'POST', path: '/auth/second-factor/passkey', login: true },
  confirmRequiredTotp: { method: 'POST', path: '/auth/second-factor/totp/confirm', login: true },
  requestEmailLogin: { method: 'POST', path: '/auth/email-login' },
  enterEmailLoginCode: { method: 'POST', path: '/auth/email-login/code', login: true },
  finishSignUpWithPasskey: { method: 'POST', path: '/auth/finish-sign-up/passkey' },
  finishSignUp: { method: 'POST', path: '/auth/finish-sign-up' },
  requestPasswordReset: { method: 'POST', path: '/auth/password/forgot' },
  logInWithPasskey: { method: 'POST', path: '/auth/passkey/login', login: true },
  login: { method: 'POST', path: '/auth/login', login: true },
  logout: { method: 'POST', path: '/auth/logout' },
  getMethods: { method: 'GET', path: '/auth/methods' },
  reauthenticate: { method: 'POST', path: '/auth/reauthenticate', user: true, login: true },
  redeemEmailLogin: { method: 'POST', path: '/auth/email-login/redeem', login: true },
  refresh: { method: 'POST', path: '/auth/refresh' },
  requestReauthenticationMail: { method: 'POST', path: '/auth/reauthenticate/email', user: true },
  resendVerification: { method: 'POST', path: '/auth/email/resend' },
  resetPassword: { method: 'POST', path: '/auth/password/reset' },
  proveSecondFactor: { method: 'POST', path: '/auth/second-factor', login: true },
  signUp: { method: 'POST', path: '/auth/signup', login: true },
  requestSocialCode: { method: 'POST', path: '/auth/social/email' },
  linkSocialLogin: { method: 'POST', path: '/auth/social/link', login: true },
  redeemSocialLogin: { method: 'POST', path: '/auth/social/redeem', login: true },
  startSocialLink: { method: 'POST', path: '/auth/social/{provider}/link', user: true },
  startSocialReauthentication: { method: 'POST', path: '/auth/social/{provider}/reauthenticate', user: true },
  startPasskeyLogin: { method: 'POST', path: '/auth/passkey/options' },
  startRequiredPasskey: { method: 'POST', path: '/auth/second-factor/passkey/options' },
  startRequiredTotp: { method: 'POST', path: '/auth/second-factor/totp' },
  startSignUpPasskey: { method: 'POST', path: '/auth/finish-sign-up/passkey/options' },
  undoEmailChange: { method: 'POST', path: '/auth/email/undo' },
  undoSecondFactor: { method: 'POST', path: '/auth/second-factor/undo' },
  verifyEmail: { method: 'POST', path: '/auth/email/verify' },
  addPasskey: { method: 'POST', path: '/users/me/passkeys', user: true, login: true },
  listPasskeys: { method: 'GET', path: '/users/me/passkeys', user: true },
  adminDeleteUser: { method: 'DELETE', path: '/users/{userId}', user: true },
  adminGetUser: { method: 'GET', path: '/users/{userId}', user: true },
  adminUpdateUser: { method: 'PATCH', path: '/users/{userId}', user: true },
  adminEndSessions: { method: 'DELETE', path: '/users/{userId}/sessions', user: true },
  adminListSessions: { method: 'GET', path: '/users/{userId}/sessions', user: true },
  adminListIdentities: { method: 'GET', path: '/users/{userId}/identities', user: true },
  adminListUsers: { method: 'GET', path: '/users', user: true, query: true },
  adminResetFactors: { method: 'DELETE', path: '/users/{userId}/factors', user: true },
  adminSendPasswordReset: { method: 'POST', path: '/users/{userId}/password-reset', user: true },
  adminUnlinkIdentity: { method: 'DELETE', path: '/users/{userId}/identities/{identityId}', user: true },
  changeEmail: { method: 'PUT', path: '/users/me/email', user: true },
  changePassword: { method: 'PUT', path: '/users/me/password', user: true, login: true },
  confirmTotp: { method: 'POST', path: '/users/me/totp/confirm', user: true, login: true },
  deleteMe: { method: 'DELETE', path: '/users/me', user: true },
  getMe: { method: 'GET', path: '/users/me', user: true },
  updateMe: { method: 'PATCH', path: '/users/me', user: true },
  endMySession: { method: 'DELETE', path: '/users/me/sessions/{sessionId}', user: true },
  endMySessions: { method: 'DELETE', path: '/users/me/sessions', user: true, query: true },
  listMySessions: { method: 'GET', path: '/users/me/sessions', user: true },
  exportMe: { method: 'GET', path: '/users/me/export', user: true },
  getMyFactors: { method: 'GET', path: '/users/me/factors', user: true },
  linkIdentity: { method: 'POST', path: '/users/me/identities', user: true, login: true },
  listIdentities: { method: 'GET', path: '/users/me/identities', user: true },
  removePasskey: { method: 'DELETE', path: '/users/me/passkeys/{passkeyId}', user: true, login: true },
  renamePasskey: { method: 'PATCH', path: '/users/me/passkeys/{passkeyId}', user: true },
  removeTotp: { method: 'DELETE', path: '/users/me/totp', user: true, login: true },
  startTotp: { method: 'POST', path: '/users/me/totp', user: true },
  replaceRecoveryCodes: { method: 'POST', path: '/users/me/recovery-codes', user: true, login: true },
  startPasskeyRegistration: { method: 'POST', path: '/users/me/passkeys/options', user: true },
  unlinkIdentity: { method: 'DELETE', path: '/users/me/identities/{identityId}', user: true, login: true },
  getHealth: { method: 'GET', path: '/health' },
  getIndex: { method: 'GET', path: '/' },
  getJwks: { method: 'GET', path: '/.well-known/jwks.json' },
  getOpenapi: { method: 'GET', path: '/openapi.json' },
  getOpenidConfiguration: { method: 'GET', path: '/.well-known/openid-configuration' },
} as const

