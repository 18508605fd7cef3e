import { find, showView } from './dom.ts'
import { takeToken } from './link-token.ts'
import { hintAtStrength } from './passwords.ts'
import { start } from './start.ts'

const { data, cardea, on } = start('finish-sign-up')
const token = takeToken()

hintAtStrength(find<HTMLInputElement>('#password'), data, () => [])

on('form', async ({ newPassword = '' }) => {
  const { error } = await cardea.finishSignUp({ token: token ?? '', newPassword })
  if (!error) showView('done')
  return error
})
