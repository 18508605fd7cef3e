import type { Answer, Api } from './api.ts'
import { expectProblem, expectStatus, expectThat } from './expect.ts'
import { remember, tokenPairOf } from './grants.ts'
import type { Person } from './person.ts'
import type { Report } from './report.ts'
import { refusedSoon } from './revocation.ts'

/** The life of a session whose refresh token is stolen, of a client that is no browser. */
export async function stolenTokenChecks(
  { check }: Pick<Report, 'check'>,
  api: Api,
  { email, password, open }: Person,
  around: { cacheSeconds: number; isEmulated: boolean },
): Promise<void> {
  const refresh = (refreshToken: string) => api('POST /auth/refresh', { body: { refreshToken } })
  const grantedBy = (answer: Answer) => {
    remember(answer, open)
    expectStatus(answer, 200)
    const { refreshToken, accessToken } = tokenPairOf(answer)
    expectThat(typeof refreshToken === 'string' && refreshToken, 'there is no refresh token in the body')
    expectThat(answer.headers.getSetCookie().length === 0, 'there is a cookie, too')
    return { refreshToken: String(refreshToken), accessToken: String(accessToken) }
  }
  const login = await check('who is no browser gets both tokens in the body', async () => {
    const answer = await api('POST /auth/login', { body: { email, password, transport: 'body' } })
    return grantedBy(answer)
  })
  if (!login) return
  const newest = await check('each refresh gives another refresh token', async () => {
    const second = grantedBy(await refresh(login.refreshToken))
    const third = grantedBy(await refresh(second.refreshToken))
    const all = [login, second, third].map(({ refreshToken }) => refreshToken)
    expectThat(new Set(all).size === 3, 'one came twice')
    return third
  })
  if (!newest) return
  await check('an old refresh token that comes back ends the session', async () => {
    expectProblem(await refresh(login.refreshToken), 401, 'refresh_token_reused')
    expectProblem(await refresh(newest.refreshToken), 401, 'session_ended')
    open.clear()
  })
  await check('after that its access tokens are refused', async (note) => {
    note(await refusedSoon(api, newest.accessToken, around))
  })
}
