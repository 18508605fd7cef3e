import { ApiError } from './api-error.ts'
import { toBase64url } from './base64url.ts'
import type { Client, CodeOf } from './client.ts'
import type { IdentityLinked, TokenResponse } from './operations.ts'
import type { Result } from './send.ts'

/** What a flow to a provider may end with, besides the refusals of the operation that redeems its code. */
export type SocialCode =
  /** The user cancelled. */
  | 'access_denied'
  /** It took too long, or was begun in another tab or browser. */
  | 'social_expired'
  /** The provider does not answer. */
  | 'provider_unavailable'
  /** The provider’s answer is refused. */
  | 'provider_error'
  | 'unavailable'

/** Why no flow begins: the page is not served by https, or the browser keeps nothing for it. */
export type UnsupportedCode = 'social_unsupported'

export interface FlowOptions {
  /** Where the browser comes back to: an entry of `SOCIAL_REDIRECTS`, exactly. By default this page, without query and fragment. */
  readonly redirect?: string
}

/** How a flow ended that began with `loginWith`, `link` or `reauthenticateWith`. `provider` is empty if this tab began none. */
export type SocialOutcome = { readonly provider: string } & (
  | ({ readonly purpose: 'login' } & Result<TokenResponse, CodeOf<'redeemSocialLogin'> | SocialCode>)
  | ({ readonly purpose: 'link' } & Result<IdentityLinked, CodeOf<'linkIdentity'> | SocialCode>)
  | ({ readonly purpose: 'reauthentication' } & Result<TokenResponse, CodeOf<'reauthenticate'> | SocialCode>)
)

export interface SocialLogin {
  /** Goes to the provider, such as `google`. Resolves when the browser begins to leave the page, or to what prevents that. */
  loginWith(provider: string, options?: FlowOptions): Promise<Result<undefined, UnsupportedCode>>
  /** The same, to link a provider account to the account of the user who is logged in. */
  link(
    provider: string,
    options?: FlowOptions,
  ): Promise<Result<undefined, CodeOf<'startSocialLink'> | UnsupportedCode>>
  /**
   * The same, to prove again who the user is: only for an account without a password and without a second factor, with a provider
   * that is linked. The page is left, so what needed the proof must be done again.
   */
  reauthenticateWith(
    provider: string,
    options?: FlowOptions,
  ): Promise<Result<undefined, CodeOf<'startSocialReauthentication'> | UnsupportedCode>>
  /** Call it when the page loads. It takes what came back out of the address, once. `undefined`: nothing came back. */
  finish(): Promise<SocialOutcome | undefined>
}

/** What a tab keeps while the user is at the provider. */
interface Begun {
  readonly verifier: string
  readonly purpose: SocialOutcome['purpose']
  readonly provider: string
}

/** The codes of `#cardea_error`. Anybody can write such an address, so another text counts as `provider_error`. */
const codes: readonly string[] = [
  'access_denied',
  'social_expired',
  'provider_unavailable',
  'unavailable',
] satisfies SocialCode[]

/** A page that React mounts twice redeems its code once. */
const finishing = new WeakMap<Client, Promise<SocialOutcome | undefined>>()

/** Login with a provider, in a browser. The functions never throw. */
export function socialLogin(cardea: Client): SocialLogin {
  const key = `cardea:${cardea.issuer}:social`

  /** Makes the code verifier (RFC 7636 4.1 and 4.2), keeps it in this tab, and leaves the page. */
  async function begin<Code extends string>(
    flow: Omit<Begun, 'verifier'>,
    { redirect = location.origin + location.pathname }: FlowOptions,
    urlOf: (request: { redirect: string; codeChallenge: string }) => Promise<Result<{ url: string }, Code>>,
  ): Promise<Result<undefined, Code | UnsupportedCode>> {
    try {
      const verifier = toBase64url(crypto.getRandomValues(new Uint8Array(32)))
      const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
      const { data, error } = await urlOf({ redirect, codeChallenge: toBase64url(hash) })
      if (error) return { error }
      sessionStorage.setItem(key, JSON.stringify({ ...flow, verifier } satisfies Begun))
      location.assign(data.url)
      return { data: undefined }
    } catch (cause) {
      const message = 'This page is not served by https, or the browser keeps nothing for it.'
      return { error: new ApiError('social_unsupported', message, { cause }) }
    }
  }

  async function outcome(code: string | null, failure: string | null): Promise<SocialOutcome> {
    const begun = takeBegun(key)
    const { purpose = 'login', provider = '' } = begun ?? {}
    const failed = (name: SocialCode, message: string) =>
      ({ purpose, provider, error: new ApiError(name, message) }) as SocialOutcome
    if (code === null)
      return failed(
        codes.includes(failure ?? '') ? (failure as SocialCode) : 'provider_error',
        'The login with the provider failed.',
      )
    // Somebody else may have made this address, to log the user in to an account of theirs (RFC 9700 4.7).
    if (!begun) return failed('social_expired', 'This tab began no login.')
    const social = { code, codeVerifier: begun.verifier }
    if (purpose === 'link') return { purpose, provider, ...(await cardea.linkIdentity(social)) }
    if (purpose === 'login') return { purpose, provider, ...(await cardea.redeemSocialLogin(social)) }
    return { purpose, provider, ...(await cardea.reauthenticate({ social })) }
  }

  return {
    loginWith: (provider, options = {}) =>
      begin<never>({ purpose: 'login', provider }, options, async (request) => {
        const query = new URLSearchParams(request)
        return { data: { url: `${cardea.issuer}/auth/social/${encodeURIComponent(provider)}?${query}` } }
      }),
    link: (provider, options = {}) =>
      begin<CodeOf<'startSocialLink'>>({ purpose: 'link', provider }, options, (request) =>
        cardea.startSocialLink({ provider, ...request }),
      ),
    reauthenticateWith: (provider, options = {}) =>
      begin<CodeOf<'startSocialReauthentication'>>(
        { purpose: 'reauthentication', provider },
        options,
        (request) => cardea.startSocialReauthentication({ provider, ...request }),
      ),
    async finish() {
      const fragment = new URLSearchParams(location.hash.slice(1))
      const [code, failure] = [fragment.get('cardea_code'), fragment.get('cardea_error')]
      if (code === null && failure === null) return finishing.get(cardea)
      // Neither the address bar nor the history keeps it.
      history.replaceState(history.state, '', location.pathname + location.search)
      const result = outcome(code, failure).finally(() => finishing.delete(cardea))
      finishing.set(cardea, result)
      return result
    },
  }
}

/** The verifier is for one code: it is gone before the code is sent. */
function takeBegun(key: string): Begun | undefined {
  try {
    const kept = sessionStorage.getItem(key)
    sessionStorage.removeItem(key)
    return kept === null ? undefined : JSON.parse(kept)
  } catch {
    return undefined
  }
}
