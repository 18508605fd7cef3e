import { existsSync } from 'node:fs'
import { type Config, readConfig } from '../config.ts'
import { nobodysAws } from './nobodys-aws.ts'

/**
 * The settings of a laptop: those of `.env` under those of the shell, nobody's credentials, an address of its own, and
 * mails from nobody whose links open the first front end.
 */
export function localConfig(): Config {
  if (existsSync('.env')) process.loadEnvFile('.env')
  Object.assign(process.env, nobodysAws)
  const { ISSUER, MAIL_FROM, LINK_BASE_URL } = process.env
  const config = readConfig({
    ...process.env,
    ISSUER: ISSUER?.trim() || 'http://localhost',
    MAIL_FROM: MAIL_FROM?.trim() || 'no-reply@example.com',
    LINK_BASE_URL: LINK_BASE_URL?.trim() || 'http://localhost',
  })
  if (!config.sesEndpoint && config.port === config.mailboxPort)
    throw new Error('Wrong settings: PORT and MAILBOX_PORT must differ')
  const own = `http://localhost:${config.port}`
  return {
    ...config,
    ...(!ISSUER?.trim() && { issuer: own }),
    ...(!LINK_BASE_URL?.trim() && { linkBaseUrl: config.allowedOrigins[0] ?? own }),
  }
}
