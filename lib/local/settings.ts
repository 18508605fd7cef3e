import { existsSync } from 'node:fs'
import { type Config, readConfig } from '../config.ts'
import { nobodysAws } from './nobodys-aws.ts'

/** The settings of a laptop: those of `.env` under those of the shell, nobody's credentials, an address of its own. */
export function localConfig(): Config {
  if (existsSync('.env')) process.loadEnvFile('.env')
  Object.assign(process.env, nobodysAws)
  const issuer = process.env.ISSUER?.trim()
  const config = readConfig({ ...process.env, ISSUER: issuer || 'http://localhost' })
  return issuer ? config : { ...config, issuer: `http://localhost:${config.port}` }
}
