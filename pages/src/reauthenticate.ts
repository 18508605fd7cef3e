import { ApiError } from '../../client/src/api-error.ts'
import type { Client } from '../../client/src/client.ts'
import { sayIncomplete } from './dom.ts'
import type { PageData } from './page-data.ts'

type Script = typeof import('./reauthentication-dialog.ts')

/** Opens a dialog wherever a call needs a new proof. The call then goes on. Few visits need it, so its script is loaded then. */
export function offerReauthentication(page: { readonly data: PageData; readonly cardea: Client }): void {
  const { reauthentication: path = '' } = page.data
  let ask: ReturnType<Script['reauthenticationDialog']> | undefined
  let failures = 0
  page.cardea.onReauthenticationRequired(async () => {
    // A browser remembers an address that it could not import.
    const reauthentication = failures > 0 ? `${path}?${failures}` : path
    const { reauthenticationDialog }: Script = await import(reauthentication).catch((cause) => {
      failures += 1
      sayIncomplete()
      throw new ApiError('network_error', 'The script of the dialog did not come.', { cause })
    })
    ask ??= reauthenticationDialog(page)
    return ask()
  })
}
