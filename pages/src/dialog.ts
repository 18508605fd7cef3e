import type { ApiError } from '../../client/src/client.ts'
import { find } from './dom.ts'
import { clearErrors, onSubmit } from './form.ts'
import type { PageData } from './page-data.ts'

/** A dialog with one form. What runs cannot be called back, so it stays until it is known how it ended. */
export function formDialog(selector: string) {
  const dialog = find<HTMLDialogElement>(selector)
  const form = find<HTMLFormElement>('form', dialog)
  const isBusy = () => form.querySelector('[data-busy]') !== null
  dialog.querySelector('[data-cancel]')?.addEventListener('click', () => isBusy() || dialog.close())
  dialog.addEventListener('cancel', (event) => isBusy() && event.preventDefault())
  // No secret stays behind.
  dialog.addEventListener('close', () => form.reset())
  return {
    dialog,
    form,
    open() {
      form.reset()
      clearErrors(form)
      dialog.showModal()
    },
  }
}

interface Question {
  readonly title: string
  readonly text: string
  /** The text of the button that does it. */
  readonly action: string
  readonly isDangerous?: boolean
  readonly run: () => Promise<ApiError | undefined>
}

/** The dialog of the page, which asks before something is done, and shows why it failed. */
export function confirmDialog(data: PageData): (question: Question) => void {
  const { dialog, form, open } = formDialog('#confirm')
  const confirm = find('.primary', dialog)
  let asked: Question | undefined

  onSubmit(form, data, async () => {
    const error = await asked?.run()
    if (!error) dialog.close()
    return error
  })

  return (question) => {
    asked = question
    find('h2', dialog).textContent = question.title
    find('#confirm-text', dialog).textContent = question.text
    confirm.textContent = question.action
    confirm.classList.toggle('danger', question.isDangerous ?? false)
    open()
    find('[data-cancel]', dialog).focus()
  }
}
