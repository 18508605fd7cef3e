import type { User } from '../../client/src/client.ts'
import { find, showView, textOf } from './dom.ts'
import type { Send } from './form.ts'
import { takeToken } from './link-token.ts'
import { fill, goOn, pageUrl } from './page-data.ts'
import { sentView } from './resend.ts'
import { start } from './start.ts'

const { data, cardea, on } = start('email-login')
const token = takeToken({ isOptional: true })
const code = find<HTMLInputElement>('#code')
const who = textOf('[data-who]')
let challenge = ''

/** The digits are valid only with the challenge of the newest request. */
const request: Send = async ({ email = '' }) => {
  const { data: answer, error } = await cardea.requestEmailLogin({ email })
  if (answer) challenge = answer.challenge
  return error
}
const sent = sentView(data, request)

/** A link may have been planted by somebody else, so the page says whose account it opened. */
function showAccount({ name, email }: User): void {
  find('[data-who]').textContent = fill(who, { name, email })
  showView('done')
}

on('[data-view="form"] form', async (values) => {
  const error = await request(values)
  if (error) return error
  sent.showFor(values.email ?? '')
  find<HTMLInputElement>('[data-code] [name="email"]').value = values.email ?? ''
  showView('code')
  code.focus()
  return undefined
})

on('[data-code]', async ({ email = '', code: digits = '' }) => {
  const { data: tokens, error } = await cardea.enterEmailLoginCode({ email, challenge, code: digits.trim() })
  if (tokens) showAccount(tokens.user)
  return error
})

on('[data-link]', async () => {
  const { data: tokens, error } = await cardea.redeemEmailLogin({ token: token ?? '' })
  if (tokens) showAccount(tokens.user)
  return error
})

find('[data-continue]').addEventListener('click', () => goOn(data))
on('[data-not-you]', async () => {
  const { error } = await cardea.logout()
  if (!error) location.assign(pageUrl(data, 'login'))
  return error
})

if (!data.emailLogin) showView('off')
else if (token) showView('link')
