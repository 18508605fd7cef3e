import type { Answer, Api } from './api.ts'
import { expectProblem, expectSameAnswer, expectStatus, expectThat, jsonOf } from './expect.ts'
import { type Confirmer, type Person, someAddress } from './person.ts'
import type { Report } from './report.ts'

/** More are not made to see a limit. */
const GUESSES = 8

const took = (...answers: readonly Answer[]) =>
  answers.map(({ milliseconds }) => `${Math.round(milliseconds)} ms`).join(' and ')

/** Opens the throw-away account. Gives whether that worked. */
export async function openAccount(
  { check }: Pick<Report, 'check'>,
  api: Api,
  person: Person,
  confirmer: Confirmer,
): Promise<boolean> {
  const { email, password } = person
  const body = { email, password, name: 'Smoke test' }
  const ready = await check(`the email can be confirmed ${confirmer.by}`, async () => {
    await confirmer.tryOut()
    return true
  })
  if (!ready) return false
  const signup = await check('sign-up opens an account', async (note) => {
    person.exists = true
    const answer = await api('POST /auth/signup', { body })
    expectStatus(answer, 201, 202)
    note(answer.status === 202 ? 'its email is to be confirmed' : 'no email is to be confirmed')
    return answer
  })
  if (!signup) return false
  if (signup.status === 202) {
    await check('login waits for the confirmed email', async () => {
      const answer = await api('POST /auth/login', { body: { email, password } })
      expectProblem(answer, 403, 'email_not_verified')
    })
    const confirmed = await check(`the email is confirmed ${confirmer.by}`, async () => {
      await confirmer.confirm(email)
      return true
    })
    if (!confirmed) return false
  }
  await check('sign-up says of a known email what it should', async (note) => {
    const again = await api('POST /auth/signup', { body })
    if (signup.status === 202) {
      expectStatus(again, 202)
      expectSameAnswer(signup, again)
      note('the same as of a new one')
    } else {
      expectProblem(again, 409, 'email_taken')
      note('that it is taken: nobody has to confirm one here')
    }
  })
  await check('forgotten passwords tell nobody who has an account', async (note) => {
    const known = await api('POST /auth/password/forgot', { body: { email } })
    const unknown = await api('POST /auth/password/forgot', { body: { email: someAddress() } })
    expectStatus(known, 202, 404)
    expectSameAnswer(known, unknown)
    note(known.status === 202 ? 'known and unknown get the same answer' : 'not offered here')
  })
  return true
}

/** What a wrong login tells, and how soon it is slowed down; of an email that nobody has, so that nobody is locked out. */
export async function guessingChecks(
  { check, leftOut }: Pick<Report, 'check' | 'leftOut'>,
  api: Api,
  { email }: Person,
): Promise<void> {
  const unknown = someAddress()
  const guess = (of: string) =>
    api('POST /auth/login', { body: { email: of, password: 'not the password of anybody' } })
  await check('a wrong password and an unknown email are told alike', async (note) => {
    const [wrong, nobody] = [await guess(email), await guess(unknown)]
    expectProblem(wrong, 401, 'invalid_credentials')
    expectSameAnswer(wrong, nobody)
    note(took(wrong, nobody))
  })
  const limited = await check('who guesses is slowed down', async (note) => {
    // At once: a lock of one second is over before a slow machine has hashed the next guess.
    const answers = await Promise.all(Array.from({ length: GUESSES }, () => guess(unknown)))
    const refused = answers.filter(({ status }) => status === 429)
    for (const answer of answers.filter(({ status }) => status !== 429)) expectStatus(answer, 401, 429)
    for (const answer of refused) {
      expectProblem(answer, 429, 'too_many_attempts')
      expectThat(Number(answer.headers.get('retry-after')) > 0, 'there is no Retry-After')
    }
    note(`${refused.length} of ${GUESSES} at once are 429`)
    return refused.length > 0
  })
  if (limited === false) leftOut('the form of a 429: the limit is higher than this test goes')
}

/** The end of a throw-away account. */
export async function closeAccount(
  { check }: Pick<Report, 'check'>,
  api: Api,
  person: Person,
  refused: (bearer: string) => Promise<string>,
): Promise<void> {
  const { email, password } = person
  await check('the account can be deleted, and nothing of it opens any more', async (note) => {
    const login = await api('POST /auth/login', { body: { email, password, transport: 'body' } })
    expectStatus(login, 200)
    const { accessToken: bearer, refreshToken } = jsonOf(login)
    expectStatus(await api('DELETE /users/me', { bearer, body: { password } }), 204)
    note(await refused(bearer))
    expectStatus(await api('POST /auth/refresh', { body: { refreshToken } }), 401)
    const again = await api('POST /auth/login', { body: { email, password } })
    expectProblem(again, 401, 'invalid_credentials')
    person.exists = false
  })
}
