import type { ApiError, TokenResponse } from '../../client/src/client.ts'
import { find, showView, textOf } from './dom.ts'
import type { Send } from './form.ts'
import { takeToken } from './link-token.ts'
import { messageOf } from './messages.ts'
import { fill, goOn, pageUrl } from './page-data.ts'
import { sentView } from './resend.ts'
import { nextStep } from './second-step.ts'
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
function showAccount({ user: { name, email } }: { user: { name: string; email: string } }): void {
  find('[data-who]').textContent = fill(who, { name, email })
  showView('done')
}

const next = nextStep({
  data,
  cardea,
  done: showAccount,
  restart(error) {
    showView('form')
    const text = error ? messageOf(error, data.texts.errors, data.lang) : ''
    find('[data-view="form"] .alert').textContent = text
  },
})

/** A login by digits or link ends here, or goes on with its second step. */
async function finish({
  data: tokens,
  error,
}: {
  data?: TokenResponse | undefined
  error?: ApiError | undefined
}) {
  if (tokens) showAccount(tokens)
  return next(error)
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
  return finish(await cardea.enterEmailLoginCode({ email, challenge, code: digits.trim() }))
})

on('[data-link]', async () => {
  return finish(await cardea.redeemEmailLogin({ token: token ?? '' }))
})

find('[data-continue]').addEventListener('click', () => goOn(data))
on('[data-not-you]', async () => {
  const { error } = await cardea.logout()
  if (!error) location.assign(pageUrl(data, 'login'))
  return error
})

if (!data.emailLogin) showView('off')
else if (token) showView('link')
