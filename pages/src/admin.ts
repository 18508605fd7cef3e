import type { ApiError, ListedUser } from '../../client/src/client.ts'
import { showUser } from './admin-user.ts'
import { confirmDialog } from './dialog.ts'
import { announce, element, find, showView, textOf } from './dom.ts'
import { messageOf } from './messages.ts'
import { fill, pageUrl, switchLanguage } from './page-data.ts'
import { offerReauthentication } from './reauthenticate.ts'
import { start } from './start.ts'
import { dateOf } from './times.ts'

const { data, cardea, texts, on } = start('admin')
const page = { data, cardea, texts, on, confirm: confirmDialog(data) }
offerReauthentication(page)
const rows = find('[data-users]')
const more = find('[data-more]')
const all = find('[data-all]')
let nextCursor: string | undefined
let ownId = ''

function row({ id, name, email, emailVerified, roles, status, createdAt }: ListedUser): HTMLElement {
  const cell = (label: string, ...children: (Node | string)[]) =>
    element('td', { 'data-label': label }, ...children)
  const statuses = [
    element('span', { class: status === 'active' ? 'badge good' : 'badge bad' }, texts[status]),
    ...(emailVerified ? [] : [element('span', { class: 'badge' }, texts.unverified)]),
  ]
  const link = element('a', { href: `#${id}` }, name)
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, link, element('span', {}, email)),
    cell(textOf('[data-roles]'), roles.includes('admin') ? texts.administrator : texts.member),
    cell(textOf('[data-status]'), ...statuses),
    cell(textOf('[data-created]'), dateOf(createdAt, data.lang)),
  )
}

/** Adds the next page of users, or shows the one with the email. */
async function load(email?: string): Promise<ApiError | undefined> {
  const cursor = email ? undefined : nextCursor
  const { data: answer, error } = await cardea.adminListUsers({
    limit: 20,
    order: 'desc',
    ...(cursor && { cursor }),
    ...(email && { email }),
  })
  if (error) return error
  if (!cursor) rows.replaceChildren()
  rows.append(...answer.users.map(row))
  nextCursor = answer.nextCursor ?? undefined
  more.hidden = !nextCursor
  find('[data-none]').hidden = answer.users.length > 0
  find('table').hidden = answer.users.length === 0
  announce(
    answer.users.length > 0 ? fill(texts.loaded, { count: rows.childElementCount }) : textOf('[data-none]'),
  )
  return undefined
}

on('[role="search"]', async ({ email = '' }) => {
  nextCursor = undefined
  all.hidden = email.trim() === ''
  return load(email.trim() || undefined)
})
on('[data-more]', () => load())
all.addEventListener('click', async () => {
  find<HTMLFormElement>('[role="search"]').reset()
  nextCursor = undefined
  all.hidden = true
  find('#search').focus()
  await showList()
})

function showFailure(error: ApiError): void {
  if (error.code === 'unauthorized') toLogin()
  else if (error.code === 'forbidden') showView('refused')
  else if (error.code === 'second_factor_enrolment_required') showView('factor')
  else {
    find('[data-failure]').textContent = messageOf(error, data.texts.errors, data.lang)
    showView('failed')
  }
}
find('[data-retry]').addEventListener('click', () => location.reload())

function toLogin(): void {
  location.replace(
    pageUrl(data, 'login', `?${new URLSearchParams({ lang: data.lang, redirect: location.href })}`),
  )
}

async function showList(): Promise<void> {
  const error = await load()
  if (error) showFailure(error)
}

/** Only an id: `..` would change the path of a request. */
const idOf = (hash: string) => /^#([\w-]+)$/.exec(hash)?.[1]

/** The user's id stands behind `#`, so that the back button leads to the list. */
async function route(): Promise<void> {
  const id = idOf(location.hash)
  if (id) {
    const error = await showUser(page, id, ownId)
    if (error) showFailure(error)
    return
  }
  // A change of a user may have changed the list.
  nextCursor = undefined
  const error = await load()
  if (error) showFailure(error)
  else showView('list')
}

async function begin(): Promise<void> {
  const { data: user, error } = await cardea.getUser()
  if (error) return showFailure(error)
  if (!user) return toLogin()
  if (switchLanguage(data, user)) return
  if (!user.roles.includes('admin')) return showView('refused')
  ownId = user.id
  await route()
  addEventListener('hashchange', route)
}

cardea.onAuthStateChange(({ event }) => {
  if (event === 'signed_out') toLogin()
  else if (event === 'user_changed') location.reload()
})
void begin()
