import { createClient } from '../../client/src/client.ts'
import { find } from './dom.ts'
import { onSubmit, type Send } from './form.ts'
import { type PageName, pageData } from './page-data.ts'
import { revealPasswords } from './passwords.ts'

/** What every page begins with. */
export function start<Name extends PageName>(page: Name) {
  const { data, texts } = pageData(page)
  revealPasswords()
  return {
    data,
    cardea: createClient({ issuer: data.issuer }),
    texts,
    /** Sends the form that `selector` finds. */
    on: (selector: string, send: Send) => onSubmit(find<HTMLFormElement>(selector), data, send),
  }
}
