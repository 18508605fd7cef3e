// Longer than 150 lines: one page.

import type { ApiError, User } from '../../client/src/client.ts'
import { factorsOf } from './account-factors.ts'
import { sessionsOf } from './account-sessions.ts'
import { confirmDialog } from './dialog.ts'
import { announce, element, find, saveFile, showView, textOf } from './dom.ts'
import { setBusy } from './form.ts'
import { messageOf } from './messages.ts'
import { fill, inLanguage, pageUrl, socialScript, switchLanguage } from './page-data.ts'
import { hintAtStrength } from './passwords.ts'
import { offerReauthentication } from './reauthenticate.ts'
import { start } from './start.ts'

const { data, cardea, texts, on } = start('account')
const confirm = confirmDialog(data)
offerReauthentication({ data, cardea })
const input = (id: string) => find<HTMLInputElement>(`#${id}`)
const language = find<HTMLSelectElement>('#locale')
for (const link of document.querySelectorAll<HTMLAnchorElement>('footer [hreflang]'))
  language.append(element('option', { value: link.hreflang, lang: link.hreflang }, link.textContent ?? ''))
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
  language.value = user.locale
  find('[data-view="account"] [data-email]').textContent = user.email
  find('[data-unverified]').hidden = user.emailVerified
  find('[data-admin]').hidden = !user.roles.includes('admin')
  for (const field of document.querySelectorAll<HTMLInputElement>('[data-username]'))
    field.defaultValue = user.email
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
  const isOther = language.value !== user?.locale
  const { data: changed, error } = await cardea.updateMe({ name, locale: language.value as User['locale'] })
  if (error) return error
  if (isOther) location.replace(inLanguage(changed.locale))
  showUser(changed)
  done(form('profile'), texts.saved)
  return undefined
})

on('[data-form="email"]', async ({ newEmail = '' }) => {
  const { error } = await cardea.changeEmail({ newEmail })
  if (!error) done(form('email'), fill(texts.emailSent, { email: newEmail }))
  return error
})
form('email').hidden = !data.sendsMail
find('[data-email-off]').hidden = data.sendsMail

hintAtStrength(input('new-password'), data, () => [user?.name ?? '', user?.email ?? ''])
on('[data-form="password"]', async ({ newPassword = '', ...current }) => {
  const { error } = await cardea.changePassword({ ...current, newPassword })
  if (error) return error
  done(form('password'), texts.passwordChanged)
  await Promise.all([showSessions(), showFactors()])
  return undefined
})

on('[data-form="export"]', async () => {
  const { data: exported, error } = await cardea.exportMe()
  if (error) return error
  saveFile(new Blob([JSON.stringify(exported, null, 2)], { type: 'application/json' }), 'account.json')
  done(form('export'), texts.exported)
  return undefined
})

find('[data-delete]').addEventListener('click', () =>
  confirm({
    title: texts.deleteTitle,
    text: fill(texts.deleteWarning, { email: user?.email ?? '' }),
    action: textOf('[data-delete]'),
    isDangerous: true,
    run: async () => {
      isLeaving = true
      const { error } = await cardea.deleteMe()
      isLeaving = !error
      if (!error) showView('deleted')
      return error
    },
  }),
)

find('[data-logout]').addEventListener('click', logOut)

/** The page stays until the server has answered: a page that is left might never send the request. */
async function logOut(): Promise<void> {
  isLeaving = true
  setBusy(find('[data-logout]'), true)
  const { error } = await cardea.logout()
  isLeaving = false
  if (!error) return toLogin()
  // Here the session is forgotten, but the server and the cookie still have it.
  retry = logOut
  showFailure(error)
}

const page = { data, cardea, texts, confirm }
const showSessions = sessionsOf(page)
const showFactors = factorsOf(page, showSessions)

function showFailure(error: ApiError): void {
  find('[data-failure]').textContent = messageOf(error, data.texts.errors, data.lang)
  showView('failed')
}
let retry = (): unknown => location.reload()
find('[data-retry]').addEventListener('click', () => retry())

async function load(): Promise<void> {
  const social = await socialScript<typeof import('./social/account.ts')>(data)
  const identities = social?.identitiesOf(page, showSessions)
  if (identities?.loadsAnew()) return
  const sayEnd = await identities?.finish()
  const { data: known, error } = await cardea.getUser()
  if (error) return showFailure(error)
  if (!known) return toLogin()
  if (switchLanguage(data, known)) return
  const [{ data: me, error: refused }, ...lists] = await Promise.all([
    cardea.getMe(),
    showSessions(),
    showFactors(),
    identities?.showIdentities(),
  ])
  const failed = refused ?? lists.find(Boolean)
  if (failed?.code === 'unauthorized') return toLogin()
  if (failed) return showFailure(failed)
  showUser(me as User)
  for (const view of document.querySelectorAll<HTMLElement>('[data-view]'))
    view.hidden = view.dataset.view !== 'account'
  announce(textOf('[data-view="account"] h1'))
  sayEnd?.()
}

cardea.onAuthStateChange(({ event, user: changed }) => {
  if (event === 'signed_out') toLogin()
  else if (event === 'user_changed') location.reload()
  else if (user && changed) showUser(changed)
})
void load()
