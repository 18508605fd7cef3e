import type { ProviderIdentity } from '../../lib/domain/social-ports.ts'
import { hashOfSecret, newSecret } from '../../lib/domain/social-secrets.ts'
import type { Gateway } from './gateway.ts'
import type { TestServices } from './test-services.ts'

export const atGoogle = { params: { provider: 'google' } }

/** A verifier that only the front end knows. */
export const verifier = newSecret().secret

export const newFlow = (redirect = 'https://app.example.com/after-login') => ({
  redirect,
  codeChallenge: hashOfSecret(verifier),
})

interface Running {
  readonly api: Gateway
  readonly services: Pick<TestServices, 'socialProviders'>
}

/** A person whom Google knows, and whose email it has verified. */
export const grace: ProviderIdentity = {
  provider: 'google',
  issuer: 'https://accounts.google.com',
  subject: '110169484474386276334',
  email: 'grace@example.com',
  name: 'Grace Hopper',
  accountName: 'grace@example.com',
}

/** Begins a flow as a browser does. Returns what the provider sends back, and the cookie that the browser keeps. */
export async function begunFlow({ api }: Pick<Running, 'api'>, cookies: readonly string[] = []) {
  const { headers, cookies: set } = await api('GET /auth/social/{provider}', {
    ...atGoogle,
    cookies,
    query: newFlow(),
  })
  const asked = new URL(headers.location ?? '')
  return {
    state: asked.searchParams.get('state') ?? '',
    cookies: set.map((cookie) => cookie.split(';')[0] ?? ''),
  }
}

/** A code with which Google answers who the person is. */
export function codeAtGoogle(
  { services }: Pick<Running, 'services'>,
  person: ProviderIdentity = grace,
): string {
  const code = newSecret().secret
  services.socialProviders.answers.set(code, person)
  return code
}

/** A request that an HTML form makes. */
export const form = (fields: Readonly<Record<string, string>>) => ({
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(fields).toString(),
})
