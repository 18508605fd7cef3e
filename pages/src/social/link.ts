import { ApiError } from '../../../client/src/client.ts'
import { find, showView, textOf } from '../dom.ts'
import { onSubmit, type Send } from '../form.ts'
import { fill } from '../page-data.ts'
import { type Proof, proofForm } from '../proof.ts'
import { sentView } from '../resend.ts'
import type { SocialSteps } from './steps.ts'

/** What completes a login with a provider whose email has an account, or that has no verified email. */
export function linking({ data, cardea, done, restart, next }: SocialSteps) {
  const formOf = (name: string) => find<HTMLFormElement>(`[data-${name}]`)
  const write = (selector: string, values: Readonly<Record<string, string>>) => {
    find(selector).textContent = fill(textOf(selector), values)
  }
  // In memory only: a thief who has it needs only a proof of the account.
  let linkSession = ''
  let accountEmail = ''

  async function prove(proof: Pick<Proof, 'password' | 'passkey' | 'code'>): Promise<ApiError | undefined> {
    const { data: tokens, error } = await cardea.linkSocialLogin({ linkSession, ...proof })
    if (tokens) await done(tokens)
    if (error?.code === 'invalid_link_session') restart(error)
    // The form has no email that may be wrong.
    if (error?.code === 'invalid_credentials') return new ApiError('wrong_password', error.message, error)
    return next(error)
  }
  const offer = proofForm(formOf('link'), { data, cardea }, prove)

  /** Without an email that was typed, the digits go to the provider's. */
  let typed: { readonly email?: string } = {}
  const mail = async () => {
    const { error } = await cardea.requestSocialCode({ linkSession, ...typed })
    if (error?.code === 'invalid_link_session') restart(error)
    return error
  }
  const sent = sentView(data, mail)
  const mailDigits: Send = async () => {
    const error = await mail()
    if (error) return error
    sent.showFor(typed.email ?? accountEmail)
    showView('social-code')
    find('#social-code').focus()
    return undefined
  }

  onSubmit(formOf('mail-code'), data, mailDigits)
  onSubmit(formOf('social-email'), data, async ({ email = '' }) => {
    typed = { email: email.trim() }
    return mailDigits({})
  })
  onSubmit(formOf('social-code'), data, async ({ code = '' }) => prove({ code: code.trim() }))

  return {
    /** Says whose account it is, before anything is proven. */
    askProof(error: ApiError, provider: string): void {
      linkSession = error.linkSession
      accountEmail = error.email ?? ''
      write('[data-link-text]', { email: accountEmail, provider })
      find<HTMLInputElement>('[data-link-email]').defaultValue = accountEmail
      const proofs = error.proofs.filter((proof) => proof !== 'code')
      formOf('link').hidden = proofs.length === 0
      formOf('mail-code').hidden = proofs.length === error.proofs.length
      showView('social-link')
      if (proofs.length > 0) offer(proofs)
    },
    askEmail(error: ApiError, provider: string): void {
      linkSession = error.linkSession
      write('[data-email-text]', { provider })
      showView('social-email')
      find('#social-email').focus()
    },
  }
}
