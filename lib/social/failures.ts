import * as oauth from 'oauth4webapi'
import {
  ProviderFailure,
  type ProviderFailureReason,
  providerFailureReasons,
} from '../domain/social-ports.ts'

/**
 * Runs a step of the protocol. An error of the library becomes a failure of ours without it, because the errors of the library
 * contain tokens and texts of the provider. `step` is the reason if the failed check has no name.
 */
export async function during<T>(step: ProviderFailureReason, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw failureOf(error, step)
  }
}

function failureOf(error: unknown, step: ProviderFailureReason): ProviderFailure {
  if (error instanceof ProviderFailure) return error
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: unknown }
  const details = (typeof cause === 'object' && cause !== null ? cause : {}) as Details
  switch (code) {
    case oauth.JWT_CLAIM_COMPARISON:
    case oauth.JWT_TIMESTAMP_CHECK:
      return refused(reasonOf(details.claim) ?? step)
    case oauth.JSON_ATTRIBUTE_COMPARISON:
      return refused(step === 'userinfo' ? 'userinfo_sub' : step)
    case oauth.KEY_SELECTION:
      return refused('keys')
    case oauth.RESPONSE_IS_NOT_JSON:
    case oauth.PARSE_ERROR:
      return refused('content')
    case oauth.UNSUPPORTED_OPERATION:
      return refused('alg' in details ? 'alg' : step)
    case oauth.RESPONSE_IS_NOT_CONFORM:
      return cause instanceof Response ? failureOfStatus(cause.status) : refused(step)
    case oauth.WWW_AUTHENTICATE_CHALLENGE:
      return refused(step === 'code' || step === 'revocation' ? 'client' : 'status')
    case oauth.RESPONSE_BODY_ERROR:
      return failureOfAnswer(details.error, step)
    case oauth.INVALID_RESPONSE:
      if (details.signature) return refused('signature')
      if (details.header && details.reason) return refused('alg')
      return refused(missing(details.claims) ?? step)
    default:
      // An error without a code is a fault of ours, and quotes no text of a provider.
      return new ProviderFailure('provider_error', step, code === undefined ? { cause: error } : {})
  }
}

interface Details {
  readonly claim?: unknown
  readonly claims?: Readonly<Record<string, unknown>>
  readonly error?: unknown
  readonly header?: unknown
  readonly reason?: unknown
  readonly signature?: unknown
}

const refused = (reason: ProviderFailureReason) => new ProviderFailure('provider_error', reason)

const reasonOf = (claim: unknown): ProviderFailureReason | undefined =>
  providerFailureReasons.find((each) => each === claim)

/** Too many requests, or a fault of the provider: a later attempt may succeed. */
export const failureOfStatus = (status: number): ProviderFailure =>
  new ProviderFailure(status === 429 || status >= 500 ? 'provider_unavailable' : 'provider_error', 'status')

/** The `error` of a refused secret (RFC 6749 5.2). Keycloak says `unauthorized_client`, GitHub `incorrect_client_credentials`. */
const refusalsOfClient: readonly unknown[] = [
  'invalid_client',
  'unauthorized_client',
  'incorrect_client_credentials',
]

function failureOfAnswer(error: unknown, step: ProviderFailureReason): ProviderFailure {
  return refused(refusalsOfClient.includes(error) ? 'client' : step)
}

const claimTypes = {
  iss: ['string'],
  sub: ['string'],
  aud: ['string', 'object'],
  exp: ['number'],
  iat: ['number'],
  nonce: ['string'],
}

/** The first required claim that is missing or of a wrong type. */
const missing = (claims: Details['claims']): ProviderFailureReason | undefined =>
  claims &&
  reasonOf(Object.entries(claimTypes).find(([name, types]) => !types.includes(typeof claims[name]))?.[0])
