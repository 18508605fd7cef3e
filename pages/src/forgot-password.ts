import { showView } from './dom.ts'
import type { Send } from './form.ts'
import { sentView } from './resend.ts'
import { start } from './start.ts'

const { data, cardea, on } = start('forgot-password')
const request: Send = async ({ email = '' }) => (await cardea.requestPasswordReset({ email })).error
const sent = sentView(data, request)

if (!data.sendsMail) showView('off')

on('[data-view="form"] form', async (values) => {
  const error = await request(values)
  if (error) return error
  sent.showFor(values.email ?? '')
  showView('sent')
  return undefined
})
