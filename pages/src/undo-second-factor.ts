import { showView } from './dom.ts'
import { takeToken } from './link-token.ts'
import { start } from './start.ts'

const { cardea, on } = start('undo-second-factor')
const token = takeToken()

on('form', async () => {
  const { error } = await cardea.undoSecondFactor({ token: token ?? '' })
  if (!error) showView('done')
  return error
})
