import assert from 'node:assert/strict'
import { newEmail, type Verifier } from './account.ts'
import { expectProblem } from './api.ts'
import { expectSameAnswer, type Run } from './run.ts'
import { expectRevoked, tokensFrom } from './tokens.ts'

/** Creates the throw-away account. Resolves to whether it can log in. */
export async function signUpChecks({ api, check, account }: Run, verifier: Verifier): Promise<boolean> {
  const { login: credentials } = account
  const { email } = credentials
  const signUp = (expect: number | number[], code = '') =>
    api('POST /auth/signup', { body: { ...credentials, name: 'Smoke test' }, expect, code })
  const { by, tryOut, verify } = verifier
  if ((await check(`the email can be verified ${by}`, tryOut)) === false) return false
  const created = await check('sign-up creates an account', async () => {
    account.exists = true
    const answer = await signUp([201, 202])
    return { ...answer, note: answer.status === 202 ? 'its email must be verified' : 'without verification' }
  })
  if (!created) return false
  const mustVerify = created.status === 202
  if (mustVerify) {
    await check('login is refused until the email is verified', () =>
      api('POST /auth/login', { body: credentials, expect: 403, code: 'email_not_verified' }),
    )
    if ((await check(`the email is verified ${by}`, () => verify(email))) === false) return false
  }
  await check('sign-up with a known email is answered as promised', async () => {
    if (mustVerify) expectSameAnswer(created, await signUp(202))
    else await signUp(409, 'email_taken')
    return mustVerify ? 'like sign-up with a new email' : 'email_taken, as no verification is required'
  })
  await check('a forgotten password does not reveal who has an account', async () => {
    const forgot = (of: string) =>
      api('POST /auth/password/forgot', { body: { email: of }, expect: [202, 404] })
    const known = await forgot(email)
    expectSameAnswer(known, await forgot(newEmail()))
    return known.status === 202 ? 'known and unknown email get the same answer' : 'not offered here'
  })
  return true
}

/** The test makes no more failed logins than this to reach a limit. */
const GUESSES = 8

/** Failed logins. The many go to an email without an account, so that no account is locked. */
export async function guessingChecks({ api, check, skipped, account }: Run): Promise<void> {
  const unknown = newEmail()
  const guess = (email: string, expect: number | number[], code = '') =>
    api('POST /auth/login', { body: { email, password: 'not the password of anybody' }, expect, code })
  await check('a wrong password and an unknown email get the same answer', async () => {
    const wrong = await guess(account.login.email, 401, 'invalid_credentials')
    const other = await guess(unknown, 401)
    expectSameAnswer(wrong, other)
    return `${wrong.milliseconds} ms and ${other.milliseconds} ms`
  })
  await check('repeated failed logins are limited', async () => {
    // All at once: a lock of one second may end before a slow machine has hashed the next password.
    const answers = await Promise.all(Array.from({ length: GUESSES }, () => guess(unknown, [401, 429])))
    const limited = answers.filter(({ status }) => status === 429)
    for (const answer of limited) {
      expectProblem(answer, 'too_many_attempts')
      assert(Number(answer.header('retry-after')) > 0, 'there is no Retry-After')
    }
    if (limited.length === 0) skipped.push('the form of a 429: the limit is above what this test tries')
    return `${limited.length} of ${GUESSES} at once are 429`
  })
}

/** Deletes the throw-away account. */
export async function deletionChecks(run: Run): Promise<void> {
  const { api, check, account } = run
  const { email, password } = account.login
  await check('after its deletion no token and no password of the account works', async () => {
    const login = { body: { email, password, transport: 'body' } }
    const { accessToken: bearer, refreshToken } = await tokensFrom(run, 'POST /auth/login', login)
    await api('DELETE /users/me', { bearer, body: { password }, expect: 204 })
    const note = await expectRevoked(run, bearer)
    await api('POST /auth/refresh', { body: { refreshToken }, expect: 401 })
    await api('POST /auth/login', { ...login, expect: 401, code: 'invalid_credentials' })
    account.exists = false
    return note
  })
}
