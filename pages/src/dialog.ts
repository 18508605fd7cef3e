import type { ApiError } from '../../client/src/client.ts'
import { find } from './dom.ts'
import { onSubmit, type Values } from './form.ts'
import type { PageData } from './page-data.ts'

interface Question {
  readonly title: string
  readonly text: string
  /** The text of the button that does it. */
  readonly action: string
  readonly isDangerous?: boolean
  /** The browser asks for the password too. */
  readonly asksPassword?: boolean
  readonly run: (values: Values) => Promise<ApiError | undefined>
}

/** The dialog of the page, which asks before something is done, and shows why it failed. */
export function confirmDialog(data: PageData): (question: Question) => void {
  const dialog = find<HTMLDialogElement>('dialog')
  const form = find<HTMLFormElement>('form', dialog)
  const confirm = find('[data-confirm]', dialog)
  const password = dialog.querySelector<HTMLElement>('[data-password]')
  let asked: Question | undefined

  onSubmit(form, data, async (values) => {
    const error = await asked?.run(values)
    if (!error) dialog.close()
    return error
  })
  find('[data-cancel]', dialog).addEventListener('click', () => dialog.close())
  // No password stays behind.
  dialog.addEventListener('close', () => form.reset())
  // What runs cannot be called back, so the dialog stays until it is known how it ended.
  dialog.addEventListener('cancel', (event) => {
    if (confirm.hasAttribute('data-busy')) event.preventDefault()
  })

  return (question) => {
    asked = question
    form.reset()
    for (const place of form.querySelectorAll('.alert, .error')) place.textContent = ''
    find('h2', dialog).textContent = question.title
    find('#dialog-text', dialog).textContent = question.text
    confirm.textContent = question.action
    confirm.classList.toggle('danger', question.isDangerous ?? false)
    if (password) password.hidden = !question.asksPassword
    dialog.showModal()
    if (!question.asksPassword) find('[data-cancel]', dialog).focus()
  }
}
