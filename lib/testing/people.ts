import type { Gateway, TestAnswer } from './gateway.ts'

export const ada = { email: 'ada@example.com', password: 'correct horse battery', name: 'Ada Lovelace' }
/** An origin that the world allows. */
export const fromApp = { origin: 'https://app.example.com', 'sec-fetch-site': 'same-site' }

/** A person with an account, and a browser or another client to log in with. */
export async function signedUp(api: Gateway, person = ada): Promise<TestAnswer> {
  const answer = await api('POST /auth/signup', { body: person })
  if (answer.status !== 201) throw new Error(`Sign-up was answered ${answer.status}`)
  return answer
}

export const logIn = (api: Gateway, transport: 'cookie' | 'body' = 'body', { email, password } = ada) =>
  api('POST /auth/login', { body: { email, password, transport } })

/** The `name=value` that a browser would send back. */
export const cookieOf = ({ cookies }: TestAnswer): string => cookies[0]?.split(';')[0] ?? ''

export const bearer = ({ body }: TestAnswer) => ({ authorization: `Bearer ${body.accessToken}` })
