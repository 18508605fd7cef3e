import { REFRESH_COOKIE } from '../../../lib/contract/contract.ts'
import type { Api } from './api.ts'
import { unlistedOrigin } from './cors-checks.ts'
import { expectGatewayRefusal } from './emulator.ts'
import { expectProblem, expectStatus, expectThat, jsonOf } from './expect.ts'
import { refreshCookieOf, remember, tampered, tokenPairOf, verified } from './grants.ts'
import type { Person } from './person.ts'
import type { Jwk } from './public-checks.ts'
import type { Report } from './report.ts'
import { refusedSoon } from './revocation.ts'

/** rfc6265bis: a browser keeps a cookie 400 days at most. */
const LONGEST_COOKIE_SECONDS = 400 * 86_400

export interface Around {
  readonly origin: string | undefined
  readonly isEmulated: boolean
  readonly cacheSeconds: number
  readonly keys: readonly Jwk[]
}

/** The life of a session in a browser, from login to logout. Ends where the next step would have nothing to go by. */
export async function browserChecks(
  { check, leftOut }: Pick<Report, 'check' | 'leftOut'>,
  api: Api,
  { email, password, open }: Person,
  around: Around,
): Promise<void> {
  // A page of the listed origin, or the API's own.
  const page: Record<string, string> = around.origin
    ? { origin: around.origin }
    : { 'sec-fetch-site': 'same-origin' }
  const refresh = (cookie: string, headers = page) =>
    api('POST /auth/refresh', { body: {}, cookie: `${REFRESH_COOKIE}=${cookie}`, headers })

  const login = await check('login gives an access token, and the other in a cookie', async (note) => {
    const answer = await api('POST /auth/login', { body: { email, password }, headers: page })
    remember(answer, open)
    expectStatus(answer, 200)
    const { value, seconds } = refreshCookieOf(answer)
    const body = tokenPairOf(answer)
    expectThat(!('refreshToken' in body), 'the refresh token is in the body, too')
    expectThat(seconds > 0 && seconds <= LONGEST_COOKIE_SECONDS, `the cookie lives for ${seconds} s`)
    note(`${REFRESH_COOKIE}; Secure; HttpOnly; SameSite=Strict; Path=/`)
    return { accessToken: String(body.accessToken), user: body.user, cookie: value }
  })
  if (!login) return
  const { accessToken, user, cookie } = login

  await check('the access token verifies with the published keys', async (note) => {
    note(verified(accessToken, around.keys, user.id))
  })
  await check('the token opens its own account, and no field too many', async () => {
    const answer = await api('GET /users/me', { bearer: accessToken })
    expectStatus(answer, 200)
    const me = jsonOf(answer)
    expectThat(me.email === email && me.id === user.id, "it is somebody else's")
    const fields = ['createdAt', 'email', 'emailVerified', 'id', 'name', 'roles']
    const others = Object.keys(me).filter((name) => !fields.includes(name))
    expectThat(
      others.length === 0,
      `there are other fields: ${others.map((name) => name.slice(0, 20)).join(', ')}`,
    )
  })
  if (user.roles?.includes('admin')) leftOut('that a user is no administrator: this account is one')
  else {
    await check('the token does not open what administrators see', async () => {
      expectProblem(await api('GET /users', { bearer: accessToken }), 403, 'forbidden')
    })
  }
  await check('the token with another signature is 401', async (note) => {
    const answer = await api('GET /users/me', { bearer: tampered(accessToken) })
    note(expectGatewayRefusal(answer, 401, around.isEmulated))
  })
  await check('the cookie does nothing for a page of another origin', async () => {
    expectProblem(await refresh(cookie, { origin: unlistedOrigin }), 403, 'origin_not_allowed')
    expectProblem(await refresh(cookie, {}), 403, 'origin_not_allowed')
  })
  const next = await check('refresh gives another token and another cookie', async () => {
    const answer = await refresh(cookie)
    remember(answer, open)
    expectStatus(answer, 200)
    const { value } = refreshCookieOf(answer)
    expectThat(value !== cookie, 'the cookie is the same')
    const bearer = String(tokenPairOf(answer).accessToken)
    expectStatus(await api('GET /users/me', { bearer }), 200)
    return { accessToken: bearer, cookie: value }
  })
  if (!next) return
  const loggedOut = await check('logout takes the cookie back', async () => {
    const answer = await api('POST /auth/logout', {
      body: {},
      cookie: `${REFRESH_COOKIE}=${next.cookie}`,
      headers: page,
    })
    expectStatus(answer, 204)
    open.clear()
    const { value, seconds } = refreshCookieOf(answer)
    expectThat(value === '' && seconds === 0, 'the cookie stays')
    return true
  })
  if (!loggedOut) return
  await check('after logout its access tokens are refused', async (note) => {
    note(await refusedSoon(api, next.accessToken, around))
    await refusedSoon(api, accessToken, around)
  })
  await check('after logout its cookie is refused', async () => {
    expectProblem(await refresh(next.cookie), 401, 'session_ended')
  })
}
