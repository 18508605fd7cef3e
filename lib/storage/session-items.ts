import { levels } from '../domain/assurance.ts'
import type { Session } from '../domain/ports.ts'
import { ITEM_VERSION } from './client.ts'
import { fieldsOf, oneOf, optional, text, texts, whole } from './item-checks.ts'
import { sessionKey } from './item-keys.ts'

export const sessionItem = (session: Session): Record<string, unknown> => ({
  ...sessionKey(session.userId, session.id),
  ...session,
  v: ITEM_VERSION,
})

const isRefreshRate = (value: unknown): value is Session['refreshRate'] => {
  const { since, refreshes } = (value ?? {}) as Partial<Session['refreshRate']>
  return whole(since) && whole(refreshes)
}

/** Items of earlier versions have neither a level nor a time of their proof. @throws if an attribute is missing or of another type, naming it. */
export function sessionOf(item: Readonly<Record<string, unknown>>): Session {
  const {
    acr = levels[0],
    authTime,
    ...fields
  } = fieldsOf('session', item, {
    id: text,
    userId: text,
    sessionVersion: whole,
    generation: whole,
    createdAt: whole,
    lastUsedAt: whole,
    idleExpiresAt: whole,
    expiresAt: whole,
    rotatedAt: whole,
    rotatedBy: text,
    refreshRate: isRefreshRate,
    authTime: optional(whole),
    amr: texts,
    acr: optional(oneOf(...levels)),
    userAgent: text,
    ip: text,
  })
  return { ...fields, acr, authTime: authTime ?? fields.createdAt }
}
