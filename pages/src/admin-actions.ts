import type { ApiError, Client, UserDetails } from '../../client/src/client.ts'
import type { Pages } from '../../lib/languages/en/pages.ts'
import type { confirmDialog } from './dialog.ts'
import { textOf } from './dom.ts'
import type { Send } from './form.ts'
import type { PageData } from './page-data.ts'

export interface AdminPage {
  readonly data: PageData
  readonly cardea: Client
  readonly texts: Pages['admin']
  readonly confirm: ReturnType<typeof confirmDialog>
  readonly on: (selector: string, send: Send) => void
}

/** What an administrator can do with a user, once a dialog is confirmed. `{user}` in the texts is name and email. */
export interface Action {
  readonly button: string
  readonly title: string
  readonly text: string
  readonly done: string
  /** `{name}` in the text. */
  readonly newName?: string
  readonly isDangerous?: boolean
  readonly run: () => Promise<{ readonly error?: ApiError | undefined }>
}

export function actionsOf(
  { cardea, texts, data }: AdminPage,
  { id: userId, roles, status, factors }: UserDetails,
  isOwn: boolean,
): Action[] {
  const isAdmin = roles.includes('admin')
  const role: Action = {
    button: isAdmin ? texts.revoke : texts.grant,
    title: isAdmin ? texts.revokeTitle : texts.grantTitle,
    text: isAdmin ? texts.revokeText : texts.grantText,
    done: isAdmin ? texts.revoked : texts.granted,
    run: () => cardea.adminUpdateUser({ userId, roles: isAdmin ? ['user'] : ['user', 'admin'] }),
  }
  const reset: Action = {
    button: texts.reset,
    title: texts.resetTitle,
    text: texts.resetText,
    done: texts.resetDone,
    run: () => cardea.adminSendPasswordReset({ userId }),
  }
  const resetFactors: Action = {
    button: texts.resetFactors,
    title: texts.resetFactorsTitle,
    text: data.sendsMail ? `${texts.resetFactorsText} ${texts.resetFactorsMail}` : texts.resetFactorsText,
    done: texts.resetFactorsDone,
    isDangerous: true,
    run: () => cardea.adminResetFactors({ userId }),
  }
  const isActive = status === 'active'
  const disable: Action = {
    button: isActive ? texts.disable : texts.enable,
    title: isActive ? texts.disableTitle : texts.enableTitle,
    text: isActive ? texts.disableText : texts.enableText,
    done: isActive ? texts.disabledDone : texts.enabledDone,
    isDangerous: isActive,
    run: () => cardea.adminUpdateUser({ userId, status: isActive ? 'disabled' : 'active' }),
  }
  const remove: Action = {
    button: texts.delete,
    title: texts.deleteTitle,
    text: texts.deleteText,
    done: texts.deleteDone,
    isDangerous: true,
    run: () => cardea.adminDeleteUser({ userId }),
  }
  // The API refuses the others for one's own account (`own_account`).
  const resets = data.sendsMail ? [reset] : []
  const hasFactor = factors.totp || factors.passkeys > 0
  return isOwn ? resets : [role, ...resets, ...(hasFactor ? [resetFactors] : []), disable, remove]
}

export const endSessions = ({ cardea, texts }: AdminPage, { id: userId }: UserDetails): Action => ({
  button: textOf('[data-action="end"]'),
  title: texts.endTitle,
  text: texts.endText,
  done: texts.endDone,
  run: () => cardea.adminEndSessions({ userId }),
})
