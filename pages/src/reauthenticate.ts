import type { Client } from '../../client/src/client.ts'
import type { PageData } from './page-data.ts'

type Script = typeof import('./reauthentication-dialog.ts')

/** Opens a dialog wherever a call needs a new proof. The call then goes on. Few visits need it, so its script is loaded then. */
export function offerReauthentication(page: { readonly data: PageData; readonly cardea: Client }): void {
  const { reauthentication = '' } = page.data
  let ask: ReturnType<Script['reauthenticationDialog']> | undefined
  page.cardea.onReauthenticationRequired(async () => {
    const loaded: Script | undefined = await import(reauthentication).catch(() => undefined)
    ask ??= loaded?.reauthenticationDialog(page)
    return ask ? ask() : false
  })
}
