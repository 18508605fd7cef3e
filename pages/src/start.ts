import { createClient } from '../../client/src/client.ts'
import { find } from './dom.ts'
import { onSubmit, type Send } from './form.ts'
import { type PageName, pageData } from './page-data.ts'
import { revealPasswords } from './passwords.ts'

/**
 * The back-forward cache keeps a page with all that it showed and knew: a user's data after a logout elsewhere, the token of a link,
 * a busy button. So what it keeps is hidden, and a page that comes back begins anew.
 */
function forgetWhenLeft(): void {
  addEventListener('pagehide', ({ persisted }) => {
    if (persisted) find('main').hidden = true
  })
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.reload()
  })
}

/** What every page begins with. Until then its forms are inert, so that no press of a button is lost while the script is under way. */
export function start<Name extends PageName>(page: Name) {
  find('main').removeAttribute('data-starting')
  for (const form of document.forms) form.inert = false
  const { data, texts } = pageData(page)
  forgetWhenLeft()
  revealPasswords()
  return {
    data,
    cardea: createClient({ issuer: data.issuer }),
    texts,
    /** Sends the form that `selector` finds. */
    on: (selector: string, send: Send) => onSubmit(find<HTMLFormElement>(selector), data, send),
  }
}
