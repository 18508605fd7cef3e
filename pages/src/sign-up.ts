import { find, showView } from './dom.ts'
import { goOn, socialScript } from './page-data.ts'
import { hintAtStrength } from './passwords.ts'
import { sentView } from './resend.ts'
import { start } from './start.ts'

const { data, cardea, on } = start('sign-up')
const input = (id: string) => find<HTMLInputElement>(`#${id}`)
const sent = sentView(data, async ({ email = '' }) => (await cardea.resendVerification({ email })).error)

hintAtStrength(input('password'), data, () => [input('name').value, input('email').value])

void socialScript<typeof import('./social/sign-up.ts')>(data).then((social) =>
  social?.offerProviders(data, cardea),
)
if (document.querySelector('[data-view="off"]')) showView('off')

on('[data-view="form"] form', async ({ name = '', email = '', password = '' }) => {
  const { data: tokens, error } = await cardea.signUp({ name, email, password, locale: data.lang })
  if (error) return error
  if (tokens) return goOn(data)
  sent.showFor(email)
  showView('sent')
  return undefined
})
