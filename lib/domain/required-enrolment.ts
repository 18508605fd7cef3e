import { refusalFor } from './account-changes.ts'
import { admit } from './admission.ts'
import { openAuthSession } from './auth-sessions.ts'
import {
  type FactorAddition,
  type FactorChanged,
  type FactorChangePorts,
  tellFactorChange,
} from './factor-changes.ts'
import type { Passkey } from './factor-ports.ts'
import { tellLink } from './identity-changes.ts'
import { linkedTo } from './identity-ids.ts'
import { deniedUntil, type Seconds } from './lifetimes.ts'
import { PASSKEY_AMR } from './passkey-login.ts'
import { optionsOfRegistration } from './passkey-options.ts'
import { checkMayAdd, registeredPasskey } from './passkeys.ts'
import type { Client, Ports } from './ports.ts'
import { Refusal } from './refusal.ts'
import { openEnrolledSession } from './sessions.ts'
import { settleAll } from './settle-all.ts'
import { ensureSigningKeys } from './token-pairs.ts'
import { confirmedTotp, pendingTotp } from './totp.ts'
import { TOTP_AMR } from './totp-proof.ts'
import { changedBy } from './users.ts'

// Where the policy asks every account for a second factor, a login without one gets an auth session that is good for this only.

type AuthSessionPorts = Pick<Ports, 'authSessions' | 'policy' | 'clock' | 'events'>
type RequiredPorts = AuthSessionPorts & Pick<Ports, 'totps' | 'totpSecrets'>

/** Starts the enrolment of an authenticator app. Refuses with `invalid_auth_session` or `email_not_verified`. */
export async function startRequiredTotp(
  ports: RequiredPorts,
  token: string,
): Promise<{ readonly secret: string; readonly uri: string }> {
  const { account, authSession } = await openEnrolment(ports, token)
  return pendingTotp(ports, account, authSession.tokenHash)
}

/**
 * Completes the enrolment with its first code, and the login with it. One transaction adds the factor, ends every other session and
 * the auth session, and opens the session.
 * Refuses with `invalid_auth_session`, `invalid_code`, `email_not_verified` or `conflict`.
 */
export async function confirmRequiredTotp(
  ports: RequiredPorts & FactorChangePorts & Pick<Ports, 'recoveryCodeHashes'>,
  { authSession: token, code, client }: { authSession: string; code: string; client: Client },
): Promise<FactorChanged> {
  await settleAll(ensureSigningKeys(ports), ports.recoveryCodeHashes.ready())

  // 1. The first proof is less than ten minutes old, and nothing has ended the user's sessions since then.
  const opened = await openEnrolment(ports, token)

  // 2. The code belongs to the enrolment of this login.
  const pending = await ports.totps.findPending(opened.account.id)
  const own = { code, sessionId: opened.authSession.tokenHash }
  const { added, at } = await confirmedTotp(ports, opened.account, pending, own)

  // 3. One transaction adds the factor and opens the session.
  return complete(ports, opened, client, { added, at, amr: TOTP_AMR, factor: 'totp' })
}

type PasskeyPorts = AuthSessionPorts & Pick<Ports, 'keyedHashes'>

/** The options of a registration for this login. Refuses with `invalid_auth_session` or `email_not_verified`. */
export async function requiredPasskeyOptions(
  ports: PasskeyPorts & Pick<Ports, 'passkeys' | 'relyingParty'>,
  token: string,
): ReturnType<typeof optionsOfRegistration> {
  const { account, authSession } = await openEnrolment(ports, token)
  checkMayAdd(ports, account)
  return optionsOfRegistration(ports, account, authSession.tokenHash)
}

/**
 * Adds a passkey, and completes the login with it, as `confirmRequiredTotp` does.
 * Refuses with `invalid_auth_session`, `invalid_passkey`, `passkey_exists`, `email_not_verified` or `conflict`.
 */
export async function addRequiredPasskey(
  ports: PasskeyPorts & FactorChangePorts & Pick<Ports, 'passkeyVerifier' | 'recoveryCodeHashes'>,
  input: { authSession: string; passkey: unknown; name?: string | undefined; client: Client },
): Promise<FactorChanged & { readonly passkey: Passkey }> {
  await settleAll(ensureSigningKeys(ports), ports.recoveryCodeHashes.ready())
  const opened = await openEnrolment(ports, input.authSession)
  checkMayAdd(ports, opened.account)
  const { tokenHash } = opened.authSession
  const { passkey, ...rest } = await registeredPasskey(ports, opened.account, input, tokenHash)
  const amr = PASSKEY_AMR
  return { passkey, ...(await complete(ports, opened, input.client, { ...rest, amr, factor: 'passkey' })) }
}

/** Adds the factor, ends every other session and the auth session, and opens the session: all of it or nothing. */
async function complete(
  ports: FactorChangePorts,
  { account, authSession, now }: Awaited<ReturnType<typeof openAuthSession>>,
  client: Client,
  enrolled: {
    readonly added: FactorAddition
    readonly at: Seconds
    readonly amr: readonly string[]
    readonly factor: 'totp' | 'passkey'
  },
): Promise<FactorChanged> {
  const { added, at, amr, factor } = enrolled
  // The login may also wait to link an identity.
  const links = authSession.links && linkedTo(account.id, authSession.links, now)
  const fields = {
    factors: added.factors,
    ...(links && { identities: account.identities + 1 }),
    endsSessions: true,
  }
  const subject = { userId: account.id }

  // 1. The account may have a session.
  const proof = { amr: authSession.amr, client }
  const proven = { amr, spends: 'enrolment' } as const
  const admission = admit(ports.policy, changedBy(account, fields), proof, proven)
  if (typeof admission === 'string') throw new Refusal('invalid_auth_session', { subject })

  // 2. The transaction.
  const tokens = await openEnrolledSession(ports, admission, (by) =>
    ports.users.change(account, {
      ...fields,
      factorWrites: added.writes,
      ...(links && { identityWrites: { adds: links } }),
      deniedUntil: deniedUntil(now),
      replaces: { authSession, now, by },
    }),
  )
  if (typeof tokens === 'string') throw new Refusal(refusalFor[tokens], { subject })
  await tellFactorChange(ports, account, { type: 'factor_added', factor, at })
  if (links) await tellLink(ports, links)
  return { tokens, ...(added.codes && { recoveryCodes: added.codes }) }
}

/** The enrolment is part of a login, so its refusal is one of the login. */
async function openEnrolment(ports: AuthSessionPorts, token: string): ReturnType<typeof openAuthSession> {
  const opened = await openAuthSession(ports, token, { enrolsOnly: true })
  const { id: userId, emailVerified } = opened.account
  if (ports.policy.sendsMail && !emailVerified)
    ports.events.record({ type: 'login.failed', userId, reason: 'email_not_verified' })
  return opened
}
