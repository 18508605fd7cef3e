import type { ApiError, Passkey } from '../../client/src/client.ts'
import { createPasskey, hasPasskeys } from '../../client/src/passkeys.ts'
import type { AccountPage } from './account-sessions.ts'
import { deviceOf } from './device-name.ts'
import { formDialog } from './dialog.ts'
import { element, find, textOf } from './dom.ts'
import { onSubmit } from './form.ts'
import { fill } from './page-data.ts'
import type { ShowCodes } from './recovery-codes.ts'
import { dateOf, timeAgo } from './times.ts'

interface Changed {
  /** Shows the factors anew. */
  readonly changed: (said: string) => Promise<unknown>
  readonly showCodes: ShowCodes
}

/** The list of passkeys. @returns what shows it. */
export function passkeysOf(
  { data, cardea, texts, confirm }: AccountPage,
  { changed, showCodes }: Changed,
): (passkeys: readonly Passkey[]) => void {
  const { dialog, form, open } = formDialog('#passkey')
  const input = find<HTMLInputElement>('#passkey-name')
  let save: (name: string) => Promise<ApiError | undefined>

  onSubmit(form, data, async ({ name = '' }) => {
    const error = await save(name.trim())
    if (!error) dialog.close()
    return error
  })
  function askName(title: string, name: string, whenNamed: typeof save): void {
    save = whenNamed
    open()
    find('h2', dialog).textContent = title
    input.value = name
    input.select()
  }

  const addButton = find('[data-add-passkey]')
  addButton.hidden = !hasPasskeys()
  addButton.addEventListener('click', () =>
    askName(textOf('[data-add-passkey]'), deviceOf(), async (name) => {
      const { data: options, error } = await cardea.startPasskeyRegistration()
      if (error) return error
      const { data: passkey, error: notMade } = await createPasskey(options)
      if (notMade) return notMade
      const { data: added, error: refused } = await cardea.addPasskey({ passkey, name })
      if (refused) return refused
      void showCodes(added.recoveryCodes)
      await changed(texts.passkeyAdded)
      return undefined
    }),
  )

  function button(text: string, label: string, press: () => void): HTMLElement {
    const made = element('button', { type: 'button', 'aria-label': label }, text)
    made.addEventListener('click', press)
    return made
  }

  function item({ id: passkeyId, name, createdAt, lastUsedAt }: Passkey): HTMLElement {
    const used = fill(find('[data-sessions]').dataset.used ?? '', {
      time: timeAgo(lastUsedAt, Date.now(), data.lang),
    })
    const rename = async (newName: string) => {
      const { error } = await cardea.renamePasskey({ passkeyId, name: newName })
      if (!error) await changed('')
      return error
    }
    const remove = () =>
      confirm({
        title: texts.passkeyRemoveTitle,
        text: fill(texts.passkeyRemoveText, { name }),
        action: textOf('[data-remove-totp]'),
        isDangerous: true,
        run: async () => {
          const { error } = await cardea.removePasskey({ passkeyId })
          if (error && error.code !== 'not_found') return error
          await changed(texts.passkeyRemoved)
          return undefined
        },
      })
    return element(
      'li',
      {},
      element(
        'div',
        {},
        element('strong', {}, name),
        element('span', {}, used),
        element('span', {}, fill(texts.addedOn, { date: dateOf(createdAt, data.lang) })),
      ),
      element(
        'div',
        { class: 'actions' },
        button(texts.rename, fill(texts.renameLabel, { name }), () =>
          askName(texts.renameTitle, name, rename),
        ),
        button(textOf('[data-remove-totp]'), fill(texts.removeLabel, { name }), remove),
      ),
    )
  }

  return (passkeys) => {
    find('[data-passkeys]').replaceChildren(...passkeys.map(item))
    find('[data-no-passkeys]').hidden = passkeys.length > 0
  }
}
