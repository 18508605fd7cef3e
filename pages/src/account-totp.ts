import type { AccountPage } from './account-sessions.ts'
import { formDialog } from './dialog.ts'
import { find, textOf } from './dom.ts'
import { enrolForm } from './enrol.ts'
import { onPress } from './form.ts'
import { recoveryCodesDialog, type ShowCodes } from './recovery-codes.ts'

/** Enrols and removes the authenticator app, and replaces the recovery codes. `changed` shows the factors anew. */
export function totpOf(
  { data, cardea, texts, confirm }: AccountPage,
  changed: (said: string) => Promise<unknown>,
): { readonly showCodes: ShowCodes } {
  const { dialog, form, open } = formDialog('#enrol')
  const showCodes = recoveryCodesDialog()
  const { show, clear } = enrolForm(form, data, async (code) => {
    const { data: confirmed, error } = await cardea.confirmTotp({ code })
    if (error) return error
    dialog.close()
    void showCodes(confirmed.recoveryCodes)
    await changed(texts.totpAdded)
    return undefined
  })
  dialog.addEventListener('close', clear)

  onPress(find('[data-set-up]'), data, async () => {
    const { data: started, error } = await cardea.startTotp()
    if (error) return error
    open()
    await show(started)
    return undefined
  })

  find('[data-remove-totp]').addEventListener('click', () =>
    confirm({
      title: texts.totpRemoveTitle,
      text: texts.totpRemoveText,
      action: textOf('[data-remove-totp]'),
      isDangerous: true,
      run: async () => {
        const { error } = await cardea.removeTotp()
        // Another tab may have removed it a moment ago.
        if (error && error.code !== 'not_found') return error
        await changed(texts.totpRemoved)
        return undefined
      },
    }),
  )
  find('[data-new-codes]').addEventListener('click', () =>
    confirm({
      title: texts.newCodesTitle,
      text: texts.newCodesText,
      action: textOf('[data-new-codes]'),
      run: async () => {
        const { data: replaced, error } = await cardea.replaceRecoveryCodes()
        if (error) return error
        void showCodes(replaced.recoveryCodes)
        await changed('')
        return undefined
      },
    }),
  )
  return { showCodes }
}
