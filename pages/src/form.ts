import type { ApiError } from '../../client/src/client.ts'
import { announce, find } from './dom.ts'
import { fieldMessages, messageOf } from './messages.ts'
import type { PageData } from './page-data.ts'

export type Values = Readonly<Record<string, string>>
/** Sends the form. It resolves to the refusal, or to nothing. */
export type Send = (values: Values) => Promise<ApiError | undefined>

/** Checks and sends a form, shows what went wrong beside the field, and ignores a second click while the first is under way. */
export function onSubmit(form: HTMLFormElement, data: PageData, send: Send): void {
  const alert = find('.alert', form)
  const button = find('button:not([type="button"])', form)
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (button.getAttribute('aria-disabled') === 'true') return
    clearErrors(form)
    const wrong = inputsOf(form).flatMap((input) => {
      const message = problemOf(input, data)
      return message ? [[input, message] as const] : []
    })
    if (wrong.length > 0) return showErrors(wrong)

    setBusy(button, true)
    announce(find('#status').dataset.loading ?? '')
    const error = await send(Object.fromEntries(inputsOf(form).map(({ name, value }) => [name, value])))
    setBusy(button, false)
    if (!error) return
    const messages = fieldMessages(error, data.texts.errors, (name) =>
      inputsOf(form).some((input) => input.name === name),
    )
    if (messages.size === 0) alert.textContent = messageOf(error, data.texts.errors, data.lang)
    showErrors(
      inputsOf(form).flatMap((input) => {
        const message = messages.get(input.name)
        return message ? [[input, message] as const] : []
      }),
    )
  })
  form.addEventListener('input', ({ target }) => {
    if (target instanceof HTMLInputElement) setError(target, '')
  })
}

/** A button that works keeps the focus, so it is not `disabled`. */
export function setBusy(button: HTMLElement, isBusy: boolean): void {
  button.toggleAttribute('data-busy', isBusy)
  if (isBusy) button.setAttribute('aria-disabled', 'true')
  else button.removeAttribute('aria-disabled')
}

/** Runs what a button does, and shows in its form or panel why it failed. */
export function onPress(button: HTMLElement, data: PageData, run: () => Promise<ApiError | undefined>): void {
  button.addEventListener('click', async () => {
    if (button.hasAttribute('data-busy')) return
    const alert = find('.alert', button.closest('form, .panel') ?? document)
    alert.textContent = ''
    setBusy(button, true)
    const error = await run()
    setBusy(button, false)
    if (error) alert.textContent = messageOf(error, data.texts.errors, data.lang)
  })
}

/** The inputs that a user fills in: hidden views and username fields for password managers are left out. */
const inputsOf = (form: HTMLFormElement) =>
  [...form.querySelectorAll('input')].filter(
    (input) => input.name !== 'username' && !input.closest('[hidden]'),
  )

function problemOf(input: HTMLInputElement, { texts: { errors }, least }: PageData): string | undefined {
  const value = input.type === 'password' ? input.value : input.value.trim()
  if (input.required && value === '') return errors.required
  if (input.type === 'email' && value !== '' && !/^\S+@\S+$/.test(value)) return errors.email
  if (input.autocomplete === 'new-password' && [...value].length < least) return errors.newPassword
  return undefined
}

function showErrors(wrong: readonly (readonly [HTMLInputElement, string])[]): void {
  for (const [input, message] of wrong) setError(input, message)
  wrong[0]?.[0].focus()
}

function setError(input: HTMLInputElement, message: string): void {
  const place = document.getElementById(`${input.id}-error`)
  if (!place) return
  place.textContent = message
  if (message) input.setAttribute('aria-invalid', 'true')
  else input.removeAttribute('aria-invalid')
}

export function clearErrors(form: HTMLFormElement): void {
  for (const input of form.querySelectorAll('input')) setError(input, '')
  for (const place of form.querySelectorAll('.alert, .done')) place.textContent = ''
}
