/** An application of its own origin. It has no login form: the user logs in on the pages of the API. */
import { createClient, type User } from 'cardea-client'

/** Set by the build. */
declare const ISSUER: string
declare const NOTES_API: string

interface Note {
  readonly noteId: string
  readonly text: string
}

const cardea = createClient({ issuer: ISSUER, apis: [NOTES_API] })
const find = <E extends HTMLElement>(id: string) => document.getElementById(id) as E

function show(user: User | null): void {
  find('status').textContent = user ? `Logged in as ${user.name} (${user.email})` : 'You are logged out.'
  find('logged-out').hidden = user !== null
  find('logged-in').hidden = user === null
  find('notes').replaceChildren()
  if (user) listNotes().catch(report)
}

const report = (error: Error) => {
  find('status').textContent = error.message
}

/** Sends with the access token, which the client renews. */
async function call(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await cardea.fetch(`${NOTES_API}${path}`, init)
  if (!response.ok) throw new Error(`The notes API answered ${response.status}.`)
  return response
}

async function listNotes(): Promise<void> {
  const { notes } = (await (await call('/notes')).json()) as { notes: Note[] }
  find('notes').replaceChildren(...notes.map(itemOf))
}

function itemOf({ noteId, text }: Note): HTMLElement {
  const item = document.createElement('li')
  const remove = document.createElement('button')
  remove.type = 'button'
  remove.textContent = 'Delete'
  remove.addEventListener('click', () =>
    call(`/notes/${noteId}`, { method: 'DELETE' }).then(listNotes).catch(report),
  )
  item.append(text, remove)
  return item
}

find('login').addEventListener('click', () => location.assign(cardea.loginUrl()))
find('logout').addEventListener('click', async () => {
  const { error } = await cardea.logout()
  if (error) report(error)
})
find('add').addEventListener('submit', (event) => {
  event.preventDefault()
  const field = find<HTMLInputElement>('text')
  call('/notes', { method: 'POST', body: JSON.stringify({ text: field.value }) })
    .then(() => {
      field.value = ''
      return listNotes()
    })
    .catch(report)
})

// A login or logout in another tab changes this page, too.
cardea.onAuthStateChange(({ event, user }) => {
  if (event !== 'updated') show(user ?? null)
})
const { data: user, error } = await cardea.getUser()
if (error) report(error)
else if (!user) show(null)
