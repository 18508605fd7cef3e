import { engineStores } from '../../../tools/testing/engine.ts'
import { asEve, makeFixture } from '../../../tools/testing/fixtures.ts'
import { atGoogle, begunFlow, codeAtGoogle, newFlow } from '../../../tools/testing/social-flows.ts'

const started = async () => makeFixture({ stores: await engineStores() })

/** Where answers of one race lead, without the random part. */
const endsOf = (answers: readonly { readonly headers: Readonly<Record<string, string>> }[]) =>
  answers.map(({ headers }) => headers.location?.replace(/(#cardea_code=|\?).*/, '$1')).sort()

describe('requests at the same time', () => {
  it('of one callback get one code', async () => {
    const fixture = await started()
    const { state, cookies } = await begunFlow(fixture)
    const query = { state, code: codeAtGoogle(fixture) }
    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        fixture.api('GET /auth/social/{provider}/callback', { ...atGoogle, cookies, query }),
      ),
    )
    const lost = Array<string>(4).fill('https://auth.example.com/ui/login#cardea_error=social_expired')
    expect(endsOf(answers)).toEqual(['https://app.example.com/after-login#cardea_code=', ...lost])
  })

  it('with one ticket begin one flow', async () => {
    const fixture = await started()
    const { body } = await fixture.api('POST /auth/social/{provider}/reauthenticate', {
      ...atGoogle,
      ...asEve(fixture),
      body: newFlow(),
    })
    const ticket = new URL(body.url).searchParams.get('ticket') ?? ''
    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        fixture.api('GET /auth/social/{provider}', { ...atGoogle, query: { ticket } }),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([302, 400, 400, 400, 400])
  })
})
