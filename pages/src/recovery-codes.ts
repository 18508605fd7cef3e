import { formDialog } from './dialog.ts'
import { element, find, saveFile } from './dom.ts'

/** Shows recovery codes, if there are some. It resolves when the user has saved them. */
export type ShowCodes = (codes: readonly string[] | undefined) => Promise<void>

/** The dialog that shows recovery codes once. */
export function recoveryCodesDialog(): ShowCodes {
  const { dialog, form, open } = formDialog('#codes')
  const list = find('ol', dialog)
  const done = find('.done', dialog)
  const text = () => [...list.children].map(({ textContent }) => `${textContent}\n`).join('')

  // Escape must not lose them.
  dialog.addEventListener('cancel', (event) => event.preventDefault())
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    dialog.close()
  })
  dialog.addEventListener('close', () => {
    list.replaceChildren()
    done.textContent = ''
  })
  find('[data-copy]', dialog).addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text())
      done.textContent = find('[data-copy]', dialog).dataset.copied ?? ''
    } catch {
      // The browser does not allow it: the user copies what is selected.
      getSelection()?.selectAllChildren(list)
    }
  })
  find('[data-download]', dialog).addEventListener('click', () =>
    saveFile(new Blob([text()], { type: 'text/plain' }), 'recovery-codes.txt'),
  )

  return async (codes) => {
    if (!codes?.length) return
    open()
    list.replaceChildren(...codes.map((code) => element('li', {}, element('code', {}, code))))
    find('h2', dialog).focus()
    await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }))
  }
}
