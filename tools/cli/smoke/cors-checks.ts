import type { Answer, Api } from './api.ts'
import { expectStatus, expectThat } from './expect.ts'
import type { Report } from './report.ts'

/** An origin that nobody can have (RFC 2606), and so nobody lists. */
export const unlistedOrigin = 'https://cardea-smoke.invalid'

const allowed = ({ headers }: Answer) => headers.get('access-control-allow-origin')

/** Which pages may read answers. Without `origin` the listed side is left out. */
export async function corsChecks(
  { check, leftOut }: Pick<Report, 'check' | 'leftOut'>,
  api: Api,
  { origin, isEmulated }: { origin: string | undefined; isEmulated: boolean },
): Promise<void> {
  const preflight = (from: string) =>
    api('OPTIONS /auth/login', {
      headers: {
        origin: from,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    })

  await check('CORS: a page of an unlisted origin may send nothing', async () => {
    expectThat(allowed(await preflight(unlistedOrigin)) === null, 'its preflight is answered with a yes')
  })
  await check('CORS: a page of an unlisted origin may read nothing', async (note) => {
    const from = allowed(await api('GET /health', { headers: { origin: unlistedOrigin } }))
    if (isEmulated) {
      expectThat(from === unlistedOrigin, 'serverless-offline is not as it was known: look at this check')
      note('local: serverless-offline lets every page read; judged on AWS alone')
    } else expectThat(from === null, 'it may')
  })
  if (!origin) {
    leftOut('CORS of a listed origin: say one with --origin')
    return
  }
  await check('CORS: a page of the listed origin may send requests', async () => {
    const answer = await preflight(origin)
    expectStatus(answer, 200, 204)
    expectReadable(answer, origin)
    const list = (name: string) => (answer.headers.get(`access-control-${name}`) ?? '').toLowerCase()
    for (const method of ['get', 'post', 'put', 'patch', 'delete'])
      expectThat(list('allow-methods').includes(method), `not with ${method.toUpperCase()}`)
    for (const header of ['authorization', 'content-type'])
      expectThat(list('allow-headers').includes(header), `not with the header ${header}`)
  })
  await check('CORS: a page of the listed origin may read answers', async (note) => {
    const answer = await api('GET /health', { headers: { origin } })
    expectReadable(answer, origin)
    const exposed = answer.headers.get('access-control-expose-headers') ?? ''
    expectThat(/retry-after/i.test(exposed), 'but not Retry-After')
    const refusal = await api('GET /users/me', { headers: { origin }, bearer: 'nonsense' })
    // AWS does not say; a page that cannot read it sees a failed request instead of a 401.
    note(allowed(refusal) === origin ? 'a 401 of the gateway, too' : 'BUT NOT a 401 of the gateway')
  })
}

function expectReadable(answer: Answer, origin: string): void {
  expectThat(allowed(answer) === origin, 'it may not')
  const credentials = answer.headers.get('access-control-allow-credentials')
  expectThat(credentials === 'true', 'but not with its cookie')
}
