import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { FLOW_COOKIE } from '../../../lib/contract/contract.ts'
import { TIMEOUT_MS } from './api.ts'
import { unlistedOrigin } from './public-checks.ts'
import type { Run } from './run.ts'

/** The providers of PROVIDERS, up to their own pages: nobody logs in there. */
export async function providerChecks(run: Run): Promise<void> {
  const { api, check, settings } = run
  const { providers, redirect, isLocal } = settings
  if (providers.length === 0) return
  const codeChallenge = createHash('sha256').update(randomBytes(32)).digest('base64url')
  const begin = async (provider: string, to: string, expect: number) => {
    const query = new URLSearchParams({ redirect: to, codeChallenge })
    const { statusCode, headers } = await navigate(`${settings.url}/auth/social/${provider}?${query}`, run)
    assert(statusCode === expect, `answered ${statusCode} instead of ${expect}`)
    return headers
  }
  await check('the login methods name the providers', async () => {
    const { body } = await api('GET /auth/methods', { expect: 200 })
    const named = Array.from(body.providers ?? [], ({ name }: { readonly name: string }) => name)
    assert.deepEqual(named, providers, 'they name others than PROVIDERS')
  })
  for (const provider of providers)
    await check(`a login with ${provider} begins at the provider`, async () => {
      const answer = await begin(provider, redirect, 302)
      const address = new URL(String(answer.location))
      assert(address.protocol === 'https:' || isLocal, 'its address is not https')
      const sent = address.searchParams
      assert(sent.get('code_challenge_method') === 'S256', 'it is without PKCE')
      assert(
        sent.get('redirect_uri')?.endsWith(`/auth/social/${provider}/callback`),
        'it comes back elsewhere',
      )
      const [cookie = ''] = answer['set-cookie'] ?? []
      const isBound =
        cookie.startsWith(`${FLOW_COOKIE}=`) && /; HttpOnly.*; Secure|; Secure.*; HttpOnly/.test(cookie)
      assert(isBound, 'it is not bound to the browser by a cookie')
      return `at ${address.hostname}`
    })
  await check('a login with a provider returns to no page that is not listed', async () => {
    const { location } = await begin(providers[0] ?? '', `${unlistedOrigin}/`, 400)
    assert(location === undefined, 'it redirects')
  })
}

/** Goes to an address as a browser does. Node's own `fetch` says `Sec-Fetch-Mode: cors`, which begins no login. */
async function navigate(address: string, { settings, stopped }: Run): Promise<IncomingMessage> {
  const { get } = address.startsWith('https:') ? https : http
  const headers = { 'user-agent': 'cardea-smoke', 'sec-fetch-mode': 'navigate', ...settings.always }
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(TIMEOUT_MS)])
  const [answer] = await once(get(address, { headers, agent: false, signal }), 'response')
  answer.resume()
  return answer
}
