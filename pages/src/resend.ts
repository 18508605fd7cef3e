import { rememberDestination } from './destination.ts'
import { announce, find } from './dom.ts'
import { onSubmit, type Send } from './form.ts'
import { fill, type PageData } from './page-data.ts'

/** The view "check your mail": names the address, and can send the mail again. */
export function sentView(data: PageData, send: Send): { showFor: (email: string) => void } {
  const form = find<HTMLFormElement>('form[data-resend]')
  const text = find('[data-sent]')
  const sentence = text.textContent ?? ''
  let email = ''
  onSubmit(form, data, async () => {
    const error = await send({ email })
    if (error) return error
    const { resent = '' } = form.dataset
    find('button', form).textContent = resent
    announce(resent)
    return undefined
  })
  return {
    showFor(address) {
      email = address
      rememberDestination(data)
      text.textContent = fill(sentence, { email })
    },
  }
}
