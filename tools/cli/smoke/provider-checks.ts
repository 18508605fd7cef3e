import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { FLOW_COOKIE } from '../../../lib/contract/contract.ts'
import { unlistedOrigin } from './public-checks.ts'
import type { Run } from './run.ts'

/** The providers of PROVIDERS, up to their own pages: nobody logs in there. */
export async function providerChecks({ api, check, settings }: Run): Promise<void> {
  const { providers, redirect, isLocal } = settings
  if (providers.length === 0) return
  const codeChallenge = createHash('sha256').update(randomBytes(32)).digest('base64url')
  const begin = (provider: string, to: string, expect: number) => {
    const query = new URLSearchParams({ redirect: to, codeChallenge })
    return api(`GET /auth/social/${provider}?${query}`, { headers: { 'sec-fetch-mode': 'navigate' }, expect })
  }
  await check('the login methods name the providers', async () => {
    const { body } = await api('GET /auth/methods', { expect: 200 })
    const named = Array.from(body.providers ?? [], ({ name }: { readonly name: string }) => name)
    assert.deepEqual(named, providers, 'they name others than PROVIDERS')
  })
  for (const provider of providers)
    await check(`a login with ${provider} begins at the provider`, async () => {
      const answer = await begin(provider, redirect, 302)
      const address = new URL(answer.header('location'))
      assert(address.protocol === 'https:' || isLocal, 'its address is not https')
      const sent = address.searchParams
      assert(sent.get('code_challenge_method') === 'S256', 'it is without PKCE')
      assert(
        sent.get('redirect_uri')?.endsWith(`/auth/social/${provider}/callback`),
        'it comes back elsewhere',
      )
      const [cookie = ''] = answer.cookies
      const isBound =
        cookie.startsWith(`${FLOW_COOKIE}=`) && /; HttpOnly.*; Secure|; Secure.*; HttpOnly/.test(cookie)
      assert(isBound, 'it is not bound to the browser by a cookie')
      return `at ${address.hostname}`
    })
  await check('a login with a provider returns to no page that is not listed', async () => {
    const { header } = await begin(providers[0] ?? '', `${unlistedOrigin}/`, 400)
    assert(header('location') === '', 'it redirects')
  })
}
