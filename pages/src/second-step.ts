import type { ApiError } from '../../client/src/client.ts'
import { find, showView } from './dom.ts'
import type { LoginSteps } from './login-steps.ts'
import { proofForm } from './proof.ts'
import { requiredFactor } from './required-factor.ts'

/**
 * What follows a right first proof: the second step of a login, or the factor that it needs.
 * @returns what shows it. It resolves to the refusal if there is another.
 */
export function nextStep(login: LoginSteps) {
  const { data, cardea, done, restart } = login
  // In memory only: a thief who has it needs only the second factor.
  let authSession = ''
  const offer = proofForm(find<HTMLFormElement>('[data-second]'), { data, cardea }, async (proof) => {
    const { data: tokens, error } = await cardea.proveSecondFactor({ authSession, ...proof })
    if (tokens) await done(tokens)
    if (error?.code === 'invalid_auth_session') restart(error)
    return error
  })
  const enrol = requiredFactor(login)
  for (const button of document.querySelectorAll('[data-restart]'))
    button.addEventListener('click', () => restart())

  return async (error: ApiError | undefined): Promise<ApiError | undefined> => {
    if (error?.code === 'second_factor_enrolment_required') return enrol(error)
    if (error?.code !== 'second_factor_required') return error
    authSession = error.authSession
    showView('second')
    offer(error.factors)
    return undefined
  }
}
