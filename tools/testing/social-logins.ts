import { ownerOf } from '../../lib/domain/link-sessions.ts'
import type { LinkSession, ProviderIdentity, SocialResult } from '../../lib/domain/social-ports.ts'
import { newSecret } from '../../lib/domain/social-secrets.ts'
import type { Account } from '../../lib/domain/users.ts'
import type { Gateway, TestAnswer } from './gateway.ts'
import { delivered } from './test-mail.ts'
import type { TestServices } from './test-services.ts'

/** A person as Google shows them. */
export const googleOf = (
  { email, name }: { email: string; name: string },
  change: Partial<ProviderIdentity> = {},
): ProviderIdentity => ({
  provider: 'google',
  issuer: 'https://accounts.google.com',
  subject: `google-${email}`,
  email,
  name: `${name} of Google`,
  accountName: email,
  ...change,
})

type SocialServices = Pick<TestServices, 'social' | 'clock'>

/** What a front end has after the callback: the code, and the verifier that it kept. */
export async function codeFor(
  { social, clock }: SocialServices,
  identity: ProviderIdentity,
  change: Partial<SocialResult> = {},
): Promise<{ code: string; codeVerifier: string }> {
  const { secret: code, hash: codeHash } = newSecret()
  const { secret: codeVerifier, hash: codeChallenge } = newSecret()
  const expiresAt = clock.now() + 60
  await social.putResult({ codeHash, codeChallenge, identity, purpose: 'login', expiresAt, ...change })
  return { code, codeVerifier }
}

/** Logs in with a provider account, from the callback on. */
export async function logInWith(
  api: Gateway,
  services: SocialServices,
  identity: ProviderIdentity,
): Promise<TestAnswer> {
  const body = { ...(await codeFor(services, identity)), transport: 'body' }
  return api('POST /auth/social/redeem', { body })
}

/** Sends a proof for a link session. */
export const linkWith = (api: Gateway, linkSession: string, proof: object): Promise<TestAnswer> =>
  api('POST /auth/social/link', { body: { linkSession, ...proof, transport: 'body' } })

/** An identity that waits for a proof. */
export async function linkSessionFor(
  { social, clock }: SocialServices,
  identity: ProviderIdentity,
  account?: Account,
): Promise<string> {
  const { secret, hash: tokenHash } = newSecret()
  const waiting: LinkSession = { tokenHash, identity, expiresAt: clock.now() + 600 }
  await social.putLinkSession(account ? { ...waiting, owner: ownerOf(account) } : waiting)
  return secret
}

/** Asks for digits, and reads them. */
export async function mailedCode(
  api: Gateway,
  services: TestServices,
  linkSession: string,
  email?: string,
): Promise<string> {
  const answer = await api('POST /auth/social/email', { body: { linkSession, ...(email && { email }) } })
  if (answer.status !== 202) throw new Error(`The request for digits was answered ${answer.status}`)
  const mails = await delivered(services)
  const mail = mails.findLast(({ template }) => template.kind === 'social_code')?.template
  if (mail?.kind !== 'social_code') throw new Error('No digits were mailed')
  return mail.code
}
