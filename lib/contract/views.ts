import type * as z from 'zod/mini'
import type { Passkey, StoredRecoveryCodes, Totp } from '../domain/factor-ports.ts'
import type { FormerEmail, Session } from '../domain/ports.ts'
import type { Identity } from '../domain/social-ports.ts'
import type { Account } from '../domain/users.ts'
import type { exportedIdentity, identity } from './identities.ts'
import type { exportedSession, exportedUser, factors, passkey, session } from './models.ts'

const instant = (seconds: number) => new Date(seconds * 1000).toISOString()

/** A session as its user sees it. */
export const sessionView = (
  { id, createdAt, lastUsedAt, userAgent, ip }: Session,
  currentId: string,
): z.input<typeof session> => ({
  id,
  createdAt: instant(createdAt),
  lastUsedAt: instant(lastUsedAt),
  client: { userAgent, ip },
  current: id === currentId,
})

export const exportedSessionView = (stored: Session, currentId: string): z.input<typeof exportedSession> => ({
  ...sessionView(stored, currentId),
  idleExpiresAt: instant(stored.idleExpiresAt),
  expiresAt: instant(stored.expiresAt),
  authTime: instant(stored.authTime),
  amr: stored.amr,
  acr: stored.acr,
})

export const exportedUserView = (
  account: Account,
  former: FormerEmail | undefined,
): z.input<typeof exportedUser> => ({
  ...account,
  ...(former && { formerEmail: { email: former.email, keptUntil: instant(former.keptUntil) } }),
})

/** A passkey as its owner sees it: without its key. */
export const passkeyView = ({ createdAt, lastUsedAt, ...stored }: Passkey): z.input<typeof passkey> => ({
  ...stored,
  createdAt: instant(createdAt),
  lastUsedAt: instant(lastUsedAt),
})

/** An identity as its user sees it: without the provider's id and tokens. */
export const identityView = ({
  id,
  provider,
  accountName,
  linkedAt,
  lastUsedAt,
}: Identity): z.input<typeof identity> => ({
  id,
  provider,
  accountName,
  linkedAt: instant(linkedAt),
  lastUsedAt: instant(lastUsedAt),
})

export const exportedIdentityView = (stored: Identity): z.input<typeof exportedIdentity> => ({
  ...identityView(stored),
  issuer: stored.issuer,
  subject: stored.subject,
})

export const factorsView = (
  { passwordHash }: Account,
  {
    totp,
    recoveryCodes,
    passkeys,
  }: {
    totp: Totp | undefined
    recoveryCodes: StoredRecoveryCodes | undefined
    passkeys: readonly Passkey[]
  },
): z.input<typeof factors> => ({
  password: passwordHash !== '',
  ...(totp && { totp: { enrolledAt: instant(totp.enrolledAt), lastUsedAt: instant(totp.lastUsedAt) } }),
  passkeys: passkeys.map(passkeyView),
  ...(recoveryCodes && {
    recoveryCodes: { left: recoveryCodes.hashes.length, createdAt: instant(recoveryCodes.createdAt) },
  }),
})
