import type { ApiError, Client } from '../../client/src/client.ts'
import { canAutofillPasskeys, getPasskey, hasPasskeys } from '../../client/src/passkeys.ts'
import { find } from './dom.ts'

/** Options are renewed this long before they end. */
const RENEW_MS = 60_000

interface PasskeyLogin {
  readonly cardea: Client
  readonly button: HTMLElement
  /** Shows why it failed. */
  readonly failed: (error: ApiError) => void
  readonly done: () => Promise<never>
}

/** Login with a passkey: by the button, and in the list of usernames. */
export function passkeyLogin({ cardea, button, failed, done }: PasskeyLogin) {
  let current = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  /** A browser has one ceremony at a time. */
  function stop(): void {
    clearTimeout(timer)
    current.abort()
    current = new AbortController()
  }

  /** @returns why there is no login; nothing if it was stopped. */
  async function logIn(isAutofill: boolean): Promise<ApiError | undefined> {
    stop()
    const { signal } = current
    const { data: options, error } = await cardea.startPasskeyLogin()
    if (signal.aborted || error) return error
    if (isAutofill) timer = setTimeout(() => void autofill(), options.timeout - RENEW_MS)
    const { data: passkey, error: notGiven } = await getPasskey(options, { isAutofill, signal })
    if (signal.aborted || notGiven) return signal.aborted ? undefined : notGiven
    clearTimeout(timer)
    const { error: refused } = await cardea.logInWithPasskey({ passkey })
    return refused ?? done()
  }

  /**
   * The user asked for nothing yet, so only the refusal of a chosen passkey is told. It does not interrupt a user who goes on in another
   * way while `isWanted` is unknown.
   */
  async function autofill(isWanted = Promise.resolve(true)): Promise<void> {
    const { signal } = current
    if (!(await isWanted) || !(await canAutofillPasskeys()) || signal.aborted) return
    find<HTMLInputElement>('#email').autocomplete = 'username webauthn' as AutoFill
    const error = await logIn(true)
    if (error?.status !== 400 && error?.status !== 403) return
    failed(error)
    offerAgain()
  }

  /** Not before the user acts: a device that answers by itself must not ask without end. */
  function offerAgain(): void {
    const acted = new AbortController()
    const again = () => {
      acted.abort()
      void autofill()
    }
    for (const act of ['pointerdown', 'keydown']) addEventListener(act, again, { signal: acted.signal })
  }

  button.hidden = !hasPasskeys()
  return { stop, autofill, byButton: () => logIn(false) }
}
