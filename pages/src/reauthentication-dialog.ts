import type { Client, Factors } from '../../client/src/client.ts'
import { formDialog } from './dialog.ts'
import { find } from './dom.ts'
import { messageOf } from './messages.ts'
import type { PageData } from './page-data.ts'
import { type ProofName, proofForm } from './proof.ts'

/** What an account can prove, the usual one first. */
const proofsOf = (
  { password, totp, passkeys, recoveryCodes }: Factors,
  { sendsMail }: PageData,
): readonly ProofName[] => {
  if (!totp && passkeys.length === 0) return [password ? 'password' : sendsMail ? 'code' : 'login']
  return [
    ...(totp ? (['totp'] as const) : []),
    ...(passkeys.length > 0 ? (['passkey'] as const) : []),
    ...(recoveryCodes?.left ? (['recoveryCode'] as const) : []),
  ]
}

/**
 * The dialog in which the user proves again who they are.
 * @returns what opens it. It resolves to whether the user has proven it.
 */
export function reauthenticationDialog(page: { readonly data: PageData; readonly cardea: Client }) {
  const { cardea } = page
  const { dialog, form, open } = formDialog('#reauthenticate')
  let settle: ((isProven: boolean) => void) | undefined

  const offer = proofForm(form, page, async ({ login, ...proof }) => {
    // The page leads to the login, and that back here.
    const { error } = login === undefined ? await cardea.reauthenticate(proof) : await cardea.logout()
    if (error) return error
    settle?.(login === undefined)
    dialog.close()
    return undefined
  })
  dialog.addEventListener('close', () => settle?.(false))

  async function mailDigits(): Promise<void> {
    const { error } = await cardea.requestReauthenticationMail()
    const { texts, lang } = page.data
    if (error) find('.alert', form).textContent = messageOf(error, texts.errors, lang)
  }

  return async (): Promise<boolean> => {
    const [{ data: factors, error }, { data: user }] = await Promise.all([
      cardea.getMyFactors(),
      cardea.getUser(),
    ])
    if (error) throw error
    find<HTMLInputElement>('[data-username]', form).defaultValue = user?.email ?? ''
    open()
    const proofs = proofsOf(factors, page.data)
    offer(proofs)
    if (proofs.includes('code')) void mailDigits()
    return new Promise((resolve) => {
      settle = resolve
    })
  }
}
