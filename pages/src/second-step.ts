import type { ApiError, Client } from '../../client/src/client.ts'
import { find, showView } from './dom.ts'
import type { PageData } from './page-data.ts'
import { proofForm } from './proof.ts'

interface SecondStep {
  readonly data: PageData
  readonly cardea: Client
  /** The login is complete. */
  readonly done: (tokens: { readonly user: { readonly name: string; readonly email: string } }) => unknown
  /** The login begins again, after this error if there is one. */
  readonly restart: (error?: ApiError) => void
}

/** The second step of a login. @returns what shows it, if that is what the first step was answered. */
export function secondStep({ data, cardea, done, restart }: SecondStep) {
  // In memory only: whoever has it needs only the second factor.
  let authSession = ''
  const offer = proofForm(find<HTMLFormElement>('[data-second]'), { data, cardea }, async (proof) => {
    const { data: tokens, error } = await cardea.proveSecondFactor({ authSession, ...proof })
    if (tokens) await done(tokens)
    if (error?.code === 'invalid_auth_session') restart(error)
    return error
  })
  find('[data-restart]').addEventListener('click', () => restart())

  return (error: ApiError | undefined): boolean => {
    if (error?.code !== 'second_factor_required') return false
    authSession = error.authSession
    showView('second')
    offer(error.factors)
    return true
  }
}
