import { find, showView } from './dom.ts'
import { takeToken } from './link-token.ts'
import { start } from './start.ts'

const { cardea, on } = start('verify-email')
const token = takeToken()

on('form', async () => {
  const { error } = await cardea.verifyEmail({ token: token ?? '' })
  find('[data-failed]').hidden = error?.code !== 'invalid_link'
  if (!error) showView('done')
  return error
})
