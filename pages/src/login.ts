import type { ApiError } from '../../client/src/client.ts'
import { rememberDestination } from './destination.ts'
import { find, showView } from './dom.ts'
import { clearErrors, setBusy } from './form.ts'
import type { LoginSteps } from './login-steps.ts'
import { messageOf } from './messages.ts'
import { fill, goOn, socialScript, switchLanguage } from './page-data.ts'
import { passkeyLogin } from './passkey-login.ts'
import { nextStep } from './second-step.ts'
import { start } from './start.ts'

const { data, cardea, texts, on } = start('login')
const form = find<HTMLFormElement>('form')
const resend = find('[data-resend]')
const button = find('[data-passkey]')

find('[data-email-login]').hidden = !data.emailLogin

function showError(error: ApiError | undefined): void {
  find('.alert', form).textContent = error ? messageOf(error, data.texts.errors, data.lang) : ''
}

const passkeys = passkeyLogin({ cardea, button, failed: showError, done: () => goOn(data) })
const steps: LoginSteps = {
  data,
  cardea,
  done: () => goOn(data),
  restart(error) {
    showView('form')
    showError(error)
    find('#email').focus()
    void passkeys.autofill()
  },
}
const next = nextStep(steps)

on('form', async ({ email = '', password = '' }) => {
  const { error } = await cardea.login({ email, password })
  resend.hidden = error?.code !== 'email_not_verified'
  if (!error) return goOn(data)
  const refused = await next(error)
  if (refused) return refused
  passkeys.stop()
  find<HTMLInputElement>('#password').value = ''
  return undefined
})

button.addEventListener('click', async () => {
  if (button.hasAttribute('data-busy')) return
  clearErrors(form)
  setBusy(button, true)
  const error = await passkeys.byButton()
  setBusy(button, false)
  showError(error)
  void passkeys.autofill()
})

resend.addEventListener('click', async () => {
  if (resend.hasAttribute('data-busy')) return
  setBusy(resend, true)
  const { error } = await cardea.resendVerification({ email: find<HTMLInputElement>('#email').value })
  setBusy(resend, false)
  rememberDestination(data)
  showError(error)
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
    showError((await cardea.logout()).error)
    showView('form')
    find('#email').focus()
  })
  showView('known')
  // "Continue as Ada" must not continue as Bob, who logs in in another tab.
  cardea.onAuthStateChange(({ event }) => event === 'user_changed' && location.reload())
}

async function begin(): Promise<void> {
  const social = socialScript<typeof import('./social/login.ts')>(data).then((script) =>
    script?.socialSteps({ ...steps, next }),
  )
  void passkeys.autofill(social.then((finish) => !finish))
  const finish = await social
  if (finish) return finish()
  if (cardea.hasSession() !== undefined) void offerKnownUser()
}
void begin()
