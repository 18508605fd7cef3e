import { rememberDestination } from './destination.ts'
import { find, showView } from './dom.ts'
import { setBusy } from './form.ts'
import { messageOf } from './messages.ts'
import { fill, goOn, switchLanguage } from './page-data.ts'
import { start } from './start.ts'

const { data, cardea, texts, on } = start('login')
const form = find<HTMLFormElement>('form')
const resend = find('[data-resend]')

find('[data-email-login]').hidden = !data.emailLogin

on('form', async ({ email = '', password = '' }) => {
  const { error } = await cardea.login({ email, password })
  resend.hidden = error?.code !== 'email_not_verified'
  return error ?? goOn(data)
})

resend.addEventListener('click', async () => {
  if (resend.hasAttribute('data-busy')) return
  setBusy(resend, true)
  const { error } = await cardea.resendVerification({ email: find<HTMLInputElement>('#email').value })
  setBusy(resend, false)
  rememberDestination(data)
  find('.alert', form).textContent = error ? messageOf(error, data.texts.errors, data.lang) : ''
  find('.done', form).textContent = error ? '' : (resend.dataset.resent ?? '')
  resend.hidden = !error
})

/** Asks before it leads on. It does not interrupt a user who already types. */
async function offerKnownUser(): Promise<void> {
  let types = false
  form.addEventListener('keydown', () => {
    types = true
  })
  const { data: user } = await cardea.getUser()
  if (!user || types || switchLanguage(data, user)) return
  find('[data-name]').textContent = user.name
  find('[data-view="known"] [data-email]').textContent = user.email
  find('[data-continue]').textContent = fill(texts.continueAs, { name: user.name })
  find('[data-continue]').addEventListener('click', () => goOn(data))
  const other = find('[data-other]')
  other.addEventListener('click', async () => {
    setBusy(other, true)
    const { error } = await cardea.logout()
    find('.alert', form).textContent = error ? messageOf(error, data.texts.errors, data.lang) : ''
    showView('form')
    find('#email').focus()
  })
  showView('known')
  // "Continue as Ada" must not continue as Bob, who logs in in another tab.
  cardea.onAuthStateChange(({ event }) => event === 'user_changed' && location.reload())
}
if (cardea.hasSession() !== undefined) void offerKnownUser()
