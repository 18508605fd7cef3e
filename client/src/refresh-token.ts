import { report } from './listeners.ts'

/** Keeps the refresh token of an app that has no cookie: Keychain, Keystore, an encrypted file. */
export interface TokenStorage {
  get(): Promise<string | undefined>
  set(refreshToken: string): Promise<void>
  remove(): Promise<void>
}

/** The refresh token in the storage of the application. Without storage, the browser keeps it in a cookie. */
export function refreshTokenIn(storage: TokenStorage | undefined) {
  /** The newest token, if the storage could not keep it. Another tab may have stored a newer one than this tab has seen. */
  let unsaved: string | undefined
  const read = async () => unsaved ?? (await storage?.get())

  async function remove(): Promise<void> {
    unsaved = undefined
    try {
      await storage?.remove()
    } catch (error) {
      report(error)
    }
  }
  return {
    /** @throws what the storage throws. */
    read,
    async write(token: string): Promise<void> {
      unsaved = undefined
      try {
        await storage?.set(token)
      } catch (error) {
        unsaved = token
        report(error)
      }
    },
    remove,
    /** Reads and removes it. */
    async take(): Promise<string | undefined> {
      const token = await read().catch(report)
      await remove()
      return token ?? undefined
    },
  }
}
