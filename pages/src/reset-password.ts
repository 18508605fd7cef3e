import { find, showView } from './dom.ts'
import { takeToken } from './link-token.ts'
import { hintAtStrength } from './passwords.ts'
import { start } from './start.ts'

const { data, cardea, on } = start('reset-password')
const token = takeToken()

hintAtStrength(find<HTMLInputElement>('#password'), data, () => [])

on('form', async ({ newPassword = '' }) => {
  const { error } = await cardea.resetPassword({ token: token ?? '', newPassword })
  find('[data-failed]').hidden = error?.code !== 'invalid_link'
  if (!error) showView('done')
  return error
})
