import { createPasskey, hasPasskeys } from '../../client/src/passkeys.ts'
import { deviceOf } from './device-name.ts'
import { find, showView } from './dom.ts'
import { onPress } from './form.ts'
import { takeToken } from './link-token.ts'
import { hintAtStrength } from './passwords.ts'
import { recoveryCodesDialog } from './recovery-codes.ts'
import { start } from './start.ts'

const { data, cardea, on } = start('finish-sign-up')
const token = takeToken() ?? ''
const showCodes = recoveryCodesDialog()
const passkeyButton = find('[data-passkey]')

hintAtStrength(find<HTMLInputElement>('#password'), data, () => [])

on('form', async ({ newPassword = '' }) => {
  const { error } = await cardea.finishSignUp({ token, newPassword })
  if (!error) showView('done')
  return error
})

passkeyButton.hidden = !hasPasskeys()
onPress(passkeyButton, data, async () => {
  const { data: options, error } = await cardea.startSignUpPasskey({ token })
  if (error) return error
  const { data: passkey, error: notMade } = await createPasskey(options)
  if (notMade) return notMade
  const { data: added, error: refused } = await cardea.finishSignUpWithPasskey({
    token,
    passkey,
    name: deviceOf(),
  })
  if (refused) return refused
  await showCodes(added.recoveryCodes)
  showView('done')
  return undefined
})
