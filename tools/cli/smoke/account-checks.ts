import assert from 'node:assert/strict'
import type { Verifier } from './account.ts'
import { expectProblem, expectSameAnswer } from './api.ts'
import { newEmail, type Run } from './run.ts'
import { expectRevoked, tokensFrom } from './tokens.ts'

/** Creates the throw-away account. */
export async function signUpChecks(run: Run, { by, tryOut, verify }: Verifier): Promise<void> {
  const { api, check, need, login } = run
  const signUp = (expect: number | number[], code = '') =>
    api('POST /auth/signup', { body: { ...login, name: 'Smoke test' }, expect, code })
  await need(`the email can be verified ${by}`, tryOut)
  const created = await need('sign-up creates an account', async () => {
    run.hasAccount = true
    const answer = await signUp([201, 202])
    return { ...answer, note: answer.status === 202 ? 'its email must be verified' : 'without verification' }
  })
  const mustVerify = created.status === 202
  if (mustVerify) {
    const refusal = { body: login, expect: 403, code: 'email_not_verified' }
    await check('login is refused until the email is verified', () => api('POST /auth/login', refusal))
    await need(`the email is verified ${by}`, verify)
  }
  await check('sign-up with a known email is answered as promised', async () => {
    if (mustVerify) expectSameAnswer(created, await signUp(202))
    else await signUp(409, 'email_taken')
    return mustVerify ? 'like sign-up with a new email' : 'email_taken, as no verification is required'
  })
  await check('a forgotten password does not reveal who has an account', async () => {
    const forgot = (email: string) =>
      api('POST /auth/password/forgot', { body: { email }, expect: [202, 404] })
    const known = await forgot(login.email)
    expectSameAnswer(known, await forgot(newEmail()))
    return known.status === 202 ? 'known and unknown email get the same answer' : 'not offered here'
  })
}

/** The test makes no more failed logins than this to reach a limit. */
const GUESSES = 8

/** Failed logins. The many go to an email without an account, so that no account is locked. */
export async function guessingChecks({ api, check, skipped, login }: Run): Promise<void> {
  const unknown = newEmail()
  const guess = (email: string, expect: number | number[], code = '') =>
    api('POST /auth/login', { body: { email, password: 'not the password of anybody' }, expect, code })
  await check('a wrong password and an unknown email get the same answer', async () => {
    const wrong = await guess(login.email, 401, 'invalid_credentials')
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
  const { api, check, login } = run
  await check('after its deletion no token and no password of the account works', async () => {
    const request = { body: { ...login, transport: 'body' } }
    const { accessToken: bearer, refreshToken } = await tokensFrom(run, 'POST /auth/login', request)
    await api('DELETE /users/me', { bearer, expect: 204 })
    const note = await expectRevoked(run, bearer)
    await api('POST /auth/refresh', { body: { refreshToken }, expect: 401 })
    await api('POST /auth/login', { ...request, expect: 401, code: 'invalid_credentials' })
    run.hasAccount = false
    return note
  })
}
