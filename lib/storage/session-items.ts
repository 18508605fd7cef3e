import type { Session } from '../domain/ports.ts'
import { ITEM_VERSION } from './client.ts'
import { fieldsOf, text, texts, whole } from './items.ts'
import { sessionKey } from './keys.ts'

export const sessionItem = (session: Session): Record<string, unknown> => ({
  ...sessionKey(session.userId, session.id),
  ...session,
  v: ITEM_VERSION,
})

/** @throws if an attribute is missing or of another type, naming it. */
export const sessionOf = (item: Readonly<Record<string, unknown>>): Session =>
  fieldsOf('session', item, {
    id: text,
    userId: text,
    epoch: whole,
    generation: whole,
    createdAt: whole,
    lastUsedAt: whole,
    idleExpiresAt: whole,
    expiresAt: whole,
    rotatedAt: whole,
    rotatedBy: text,
    amr: texts,
    userAgent: text,
    ip: text,
  })
