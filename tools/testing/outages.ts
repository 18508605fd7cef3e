import type { UserData, UserDataStore } from '../../lib/domain/ports.ts'
import { Refusal } from '../../lib/domain/refusal.ts'
import type { TestServices } from './test-services.ts'

/** How a store fails that does not answer. */
export const unavailable = () =>
  Promise.reject(new Refusal('unavailable', { cause: new Error('ThrottlingException') }))

/** The same change of every store of user data. */
export const eachStore = (userData: UserData, change: <T extends object>(store: T) => T) =>
  Object.fromEntries(
    Object.entries<UserDataStore>({ ...userData }).map(([table, store]) => [table, change(store)]),
  ) as unknown as UserData

/** The services with stores that do not answer, except the denylist, so that the authorizer admits requests. */
export function silent(services: TestServices): TestServices {
  const failing = <T extends object>(store: T) =>
    Object.fromEntries(Object.keys(store).map((name) => [name, unavailable])) as T
  const { users, userData, sessions, codes, outbox } = services
  const { authSessions, sessionOpenings, totps, passkeys, factorUndos, identities, social } = services
  return {
    ...services,
    users: failing(users),
    userData: eachStore(userData, failing),
    sessions: failing(sessions),
    codes: failing(codes),
    outbox: failing(outbox),
    authSessions: failing(authSessions),
    sessionOpenings: failing(sessionOpenings),
    totps: failing(totps),
    passkeys: failing(passkeys),
    factorUndos: failing(factorUndos),
    identities: failing(identities),
    social: failing(social),
    publishedKeys: { list: unavailable },
  }
}
