import type { ApiError, User } from '../../client/src/client.ts'
import { sessionsOf } from './account-sessions.ts'
import { confirmDialog } from './dialog.ts'
import { announce, element, find, showView, textOf } from './dom.ts'
import { setBusy } from './form.ts'
import { messageOf } from './messages.ts'
import { fill, pageUrl } from './page-data.ts'
import { hintAtStrength } from './passwords.ts'
import { start } from './start.ts'

const { data, cardea, texts, on } = start('account')
const confirm = confirmDialog(data)
const input = (id: string) => find<HTMLInputElement>(`#${id}`)
let user: User | undefined
let isLeaving = false

function toLogin(): void {
  if (isLeaving) return
  isLeaving = true
  const here = location.href.split('#')[0] ?? ''
  location.replace(pageUrl(data, 'login', `?${new URLSearchParams({ lang: data.lang, redirect: here })}`))
}

function showUser(changed: User): void {
  user = changed
  input('name').value = user.name
  find('[data-view="account"] [data-email]').textContent = user.email
  find('[data-unverified]').hidden = user.emailVerified
  find('[data-admin]').hidden = !user.roles.includes('admin')
  for (const field of document.querySelectorAll<HTMLInputElement>('[data-username]')) field.value = user.email
}

function done(form: HTMLFormElement, text: string): void {
  form.reset()
  if (user) showUser(user)
  find('.done', form).textContent = text
}

function form(name: string): HTMLFormElement {
  return find<HTMLFormElement>(`[data-form="${name}"]`)
}

on('[data-form="profile"]', async ({ name = '' }) => {
  const { data: changed, error } = await cardea.updateMe({ name })
  if (error) return error
  showUser(changed)
  done(form('profile'), texts.saved)
  return undefined
})

on('[data-form="email"]', async ({ newEmail = '', password = '' }) => {
  const { error } = await cardea.changeEmail({ newEmail, password })
  if (!error) done(form('email'), fill(texts.emailSent, { email: newEmail }))
  return error
})
form('email').hidden = !data.sendsMail
find('[data-email-off]').hidden = data.sendsMail

hintAtStrength(input('new-password'), data, () => [user?.name ?? '', user?.email ?? ''])
on('[data-form="password"]', async ({ currentPassword = '', newPassword = '' }) => {
  const { error } = await cardea.changePassword({ currentPassword, newPassword })
  if (error) return error
  done(form('password'), texts.passwordChanged)
  await showSessions()
  return undefined
})

on('[data-form="export"]', async () => {
  const { data: exported, error } = await cardea.exportMe()
  if (error) return error
  const url = URL.createObjectURL(new Blob([JSON.stringify(exported, null, 2)], { type: 'application/json' }))
  element('a', { href: url, download: 'account.json' }).click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
  done(form('export'), texts.exported)
  return undefined
})

find('[data-delete]').addEventListener('click', () =>
  confirm({
    title: texts.deleteTitle,
    text: fill(texts.deleteWarning, { email: user?.email ?? '' }),
    action: textOf('[data-delete]'),
    isDangerous: true,
    asksPassword: true,
    run: async ({ password = '' }) => {
      isLeaving = true
      const { error } = await cardea.deleteMe({ password })
      isLeaving = !error
      if (!error) showView('deleted')
      return error
    },
  }),
)

find('[data-logout]').addEventListener('click', async ({ currentTarget }) => {
  setBusy(currentTarget as HTMLElement, true)
  const { error } = await cardea.logout()
  if (error) showFailure(error)
})

const showSessions = sessionsOf({ data, cardea, texts, confirm })

function showFailure(error: ApiError): void {
  find('[data-failure]').textContent = messageOf(error, data.texts.errors, data.lang)
  showView('failed')
}
find('[data-retry]').addEventListener('click', () => location.reload())

async function load(): Promise<void> {
  const { data: known, error } = await cardea.getUser()
  if (error) return showFailure(error)
  if (!known) return toLogin()
  const [{ data: me, error: failed }, unlisted] = await Promise.all([cardea.getMe(), showSessions()])
  if (failed?.code === 'unauthorized') return toLogin()
  if (failed ?? unlisted) return showFailure((failed ?? unlisted) as ApiError)
  showUser(me as User)
  for (const view of document.querySelectorAll<HTMLElement>('[data-view]'))
    view.hidden = view.dataset.view !== 'account'
  announce(textOf('[data-view="account"] h1'))
}

cardea.onAuthStateChange(({ event, user: changed }) => {
  if (event === 'signed_out') toLogin()
  else if (event === 'user_changed') location.reload()
  else if (user && changed) showUser(changed)
})
void load()
