import { admit } from './admission.ts'
import { openAuthSession } from './auth-sessions.ts'
import { type FactorChanged, type FactorChangePorts, tellFactorChange } from './factor-changes.ts'
import { deniedUntil } from './lifetimes.ts'
import type { Client, Ports } from './ports.ts'
import { Refusal } from './refusal.ts'
import { openEnrolledSession } from './sessions.ts'
import { settleAll } from './settle-all.ts'
import { ensureSigningKeys } from './token-pairs.ts'
import { confirmedTotp, pendingTotp } from './totp.ts'
import { TOTP_AMR } from './totp-proof.ts'
import { changedBy } from './users.ts'

// Where the policy asks every account for a second factor, a login without one gets an auth session that is good for this only.

type RequiredPorts = Pick<Ports, 'authSessions' | 'totps' | 'totpSecrets' | 'policy' | 'clock' | 'events'>

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
  const { account, authSession, now } = await openEnrolment(ports, token)

  // 2. The code belongs to the enrolment of this login.
  const pending = await ports.totps.findPending(account.id)
  const own = { code, sessionId: authSession.tokenHash }
  const { confirmed, at } = await confirmedTotp(ports, account, pending, own)

  // 3. The account may have a session.
  const fields = { factors: confirmed.factors, endsSessions: true }
  const proof = { amr: authSession.amr, client }
  const enrolled = { amr: TOTP_AMR, spends: 'enrolment' } as const
  const admission = admit(ports.policy, changedBy(account, fields), proof, enrolled)
  const refused = (code: 'invalid_auth_session' | 'conflict') =>
    new Refusal(code, { subject: { userId: account.id } })
  if (typeof admission === 'string') throw refused('invalid_auth_session')

  // 4. One transaction does all of it, or nothing.
  const opened = await openEnrolledSession(ports, admission, (by) =>
    ports.users.change(account, {
      ...fields,
      factorWrites: confirmed.writes,
      deniedUntil: deniedUntil(now),
      replaces: { authSession, now, by },
    }),
  )
  if (typeof opened === 'string') throw refused('conflict')
  await tellFactorChange(ports, account, { type: 'factor_added', factor: 'totp', at })
  return { tokens: opened, ...(confirmed.codes && { recoveryCodes: confirmed.codes }) }
}

/** The enrolment is part of a login, so its refusal is one of the login. */
async function openEnrolment(ports: RequiredPorts, token: string): ReturnType<typeof openAuthSession> {
  const opened = await openAuthSession(ports, token, { enrolsOnly: true })
  const { id: userId, emailVerified } = opened.account
  if (ports.policy.sendsMail && !emailVerified)
    ports.events.record({ type: 'login.failed', userId, reason: 'email_not_verified' })
  return opened
}
