import { recoveryCodesDialog } from './account-codes.ts'
import type { AccountPage } from './account-sessions.ts'
import { formDialog } from './dialog.ts'
import { find, textOf } from './dom.ts'
import { onPress, onSubmit } from './form.ts'

/** Enrols and removes the authenticator app, and replaces the recovery codes. `changed` shows the factors anew. */
export function totpOf(
  { data, cardea, texts, confirm }: AccountPage,
  changed: (said: string) => Promise<unknown>,
): { readonly showCodes: (codes: readonly string[] | undefined) => void } {
  const { dialog, form, open } = formDialog('#enrol')
  const qr = find('[data-qr]')
  const secret = find('[data-secret]')
  const showCodes = recoveryCodesDialog(texts)

  onPress(find('[data-set-up]'), data, async () => {
    const { data: started, error } = await cardea.startTotp()
    if (error) return error
    open()
    secret.textContent = started.secret.replace(/.{4}(?=.)/g, '$& ')
    find('input', form).focus()
    // The code is loaded only now. Without it, the key is enough.
    const loaded = await import('./qr-code.ts').catch(() => undefined)
    if (loaded && dialog.open) qr.replaceChildren(loaded.qrCode(started.uri, qr.dataset.label ?? ''))
    return undefined
  })
  dialog.addEventListener('close', () => {
    qr.replaceChildren()
    secret.textContent = ''
  })
  onSubmit(form, data, async ({ totp = '' }) => {
    const { data: confirmed, error } = await cardea.confirmTotp({ code: totp })
    if (error) return error
    dialog.close()
    showCodes(confirmed.recoveryCodes)
    await changed(texts.totpAdded)
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
        showCodes(replaced.recoveryCodes)
        await changed('')
        return undefined
      },
    }),
  )
  return { showCodes }
}
