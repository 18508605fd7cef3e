import type { ApiError, FactorChange } from '../../client/src/client.ts'
import { createPasskey, hasPasskeys } from '../../client/src/passkeys.ts'
import { deviceOf } from './device-name.ts'
import { find, showView } from './dom.ts'
import { enrolForm } from './enrol.ts'
import { clearErrors, onPress } from './form.ts'
import type { LoginSteps } from './login-steps.ts'
import { recoveryCodesDialog } from './recovery-codes.ts'

interface Outcome {
  readonly data?: FactorChange | undefined
  readonly error?: ApiError | undefined
}

/** A login that needs a factor to be added (`SECOND_FACTOR_FOR=all`). @returns what begins it. */
export function requiredFactor({ data, cardea, done, restart }: LoginSteps) {
  const form = find<HTMLFormElement>('[data-enrol]')
  const showCodes = recoveryCodesDialog()
  let authSession = ''

  /** Ends the login, or begins it again if its time is over. */
  async function ended({ data: tokens, error }: Outcome): Promise<ApiError | undefined> {
    if (error?.code === 'invalid_auth_session') restart(error)
    if (!tokens) return error
    await showCodes(tokens.recoveryCodes)
    await done(tokens)
    return undefined
  }
  const { show } = enrolForm(form, data, async (code) =>
    ended(await cardea.confirmRequiredTotp({ authSession, code })),
  )

  const button = find('[data-enrol-passkey]')
  button.hidden = !hasPasskeys()
  onPress(button, data, async () => {
    const { data: options, error } = await cardea.startRequiredPasskey({ authSession })
    if (error) return error
    const { data: passkey, error: notMade } = await createPasskey(options)
    if (notMade) return notMade
    return ended(await cardea.addRequiredPasskey({ authSession, passkey, name: deviceOf() }))
  })

  return async (first: ApiError): Promise<ApiError | undefined> => {
    authSession = first.authSession
    const { data: started, error } = await cardea.startRequiredTotp({ authSession })
    if (error) return error
    form.reset()
    clearErrors(form)
    showView('enrol')
    await show(started)
    return undefined
  }
}
