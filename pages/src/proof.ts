import type { ApiError, Client, PasskeyAssertion } from '../../client/src/client.ts'
import { getPasskey, hasPasskeys } from '../../client/src/passkeys.ts'
import { onSubmit } from './form.ts'
import type { PageData } from './page-data.ts'

/** What the API takes as a proof. `login`: there is nothing to prove, so the user logs in again. */
export interface Proof {
  readonly password?: string
  readonly totp?: string
  readonly recoveryCode?: string
  readonly passkey?: PasskeyAssertion
  /** Six mailed digits. */
  readonly code?: string
  readonly login?: string
}
export type ProofName = keyof Proof

/**
 * A form with one proof at a time, and buttons for the others (`parts/proof.html`). `send` gets the proof.
 * @returns what offers proofs and shows the first of them.
 */
export function proofForm(
  form: HTMLFormElement,
  { data, cardea }: { readonly data: PageData; readonly cardea: Client },
  send: (proof: Proof) => Promise<ApiError | undefined>,
): (offered: readonly ProofName[]) => void {
  const all = (selector: string) => [...form.querySelectorAll<HTMLElement>(selector)]
  let chosen: ProofName | undefined

  onSubmit(form, data, async (values) => {
    if (chosen !== 'passkey') return send({ [chosen ?? 'login']: values[chosen ?? ''] ?? '' })
    const { data: options, error } = await cardea.startPasskeyLogin()
    if (error) return error
    const { data: passkey, error: notGiven } = await getPasskey(options)
    return notGiven ?? send({ passkey })
  })

  return (offered) => {
    const usable = offered.filter((name) => name !== 'passkey' || hasPasskeys() || offered.length === 1)
    const choose = (name: ProofName | undefined) => {
      chosen = name
      form.reset()
      for (const place of all('.alert, .error')) place.textContent = ''
      for (const place of all('[data-proof]')) place.hidden = place.dataset.proof !== name
      for (const button of all('[data-use]')) {
        const other = button.dataset.use as ProofName
        button.hidden = other === name || !usable.includes(other)
        button.onclick = () => choose(other)
      }
      const [field] = all(`[data-proof="${name}"] input:not(.unseen), input[name="${name}"]`)
      ;(field ?? form.querySelector<HTMLElement>('.primary'))?.focus()
    }
    choose(usable[0])
  }
}
