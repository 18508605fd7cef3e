import { existsSync, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { type Config, readConfig, settings } from '../../lib/config.ts'
import { type Limit, limits, settingOf } from '../../lib/domain/limits.ts'
import { readProviders, rowsOfProviders } from '../../lib/provider-rows.ts'
import { contradictions } from '../../lib/setting-contradictions.ts'
import { type Env, readSettings } from '../../lib/settings-table.ts'
import { isolatedAwsEnv } from './isolated-aws-env.ts'

/** The settings in `.env`. Those of the shell go before them. */
export const envFile = (): Env => (existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {})

/** Variables of other programs, which may stand in `.env` too. */
const ofOthers = /^(AWS|NODE|NPM|SLS|SERVERLESS)_|^(STAGE|TZ|PATH|DEBUG|NO_COLOR|FORCE_COLOR)$/i

/** One line about the names in `.env` that are no settings: a misspelt one would have no effect. */
export function unknownNames(env: Env): string | undefined {
  const known = [...readFileSync('.env.example', 'utf8').matchAll(/^# ([A-Z_]+)=/gm)].map(([, name]) => name)
  const ofProviders = rowsOfProviders({ ...env, ...process.env }).map((row) => row.env)
  const isKnown = (name: string) => known.includes(name) || ofProviders.includes(name) || ofOthers.test(name)
  const unknown = Object.keys(env).filter((name) => !isKnown(name))
  if (unknown.length === 0) return undefined
  return `In .env, these names are no settings and have no effect: ${unknown.join(', ')}. See .env.example`
}

/** The settings in `.env` and the shell, without the rest of the environment. An empty one counts as absent. */
export function givenSettings(): Record<string, string> {
  const env = { ...envFile(), ...process.env }
  const names = [...Object.values(settings), ...rowsOfProviders(env)].map((row) => row.env)
  return Object.fromEntries(names.map((name) => [name, env[name]?.trim()]).filter(([, value]) => value))
}

/**
 * Limits that the tests of a front end do not reach, though all their requests come from one address. The lock of an account and
 * the attempts of a code stay, because a front end has to handle them.
 */
const wideLimits = Object.entries<Limit>(limits)
  .filter(([, { per, locks }]) => !locks && per !== 'code')
  .map(([name, { seconds }]) => [settingOf(name), `1000000/${seconds}`])

/**
 * The settings of `npm start`: the given ones, and local defaults for issuer, sender, second factors and limits. The defaults are never packaged.
 */
export function localEnv(given: Readonly<Record<string, string>>): Record<string, string> {
  const { values } = readSettings({ port: settings.port }, given)
  return {
    ...Object.fromEntries(wideLimits),
    ISSUER: `http://localhost:${values.port}`,
    MAIL_FROM: 'no-reply@example.com',
    SECOND_FACTOR_FOR: 'none',
    ...given,
  }
}

/** All settings of `npm start`. @throws one error with a line for each wrong setting. It has names, never values. */
export function localConfig(): Config {
  // Nothing here may use the developer's AWS credentials.
  Object.assign(process.env, isolatedAwsEnv)
  return checked(localEnv(givenSettings()))
}

export function checked(env: Env): Config {
  const { values, problems } = readSettings(settings, env)
  problems.push(...contradictions(env), ...readProviders(env).problems)
  if (!values.sesEndpoint && values.port === values.mailboxPort)
    problems.push('PORT and MAILBOX_PORT must differ')
  if (problems.length === 0) return readConfig(env)
  throw new Error(['Wrong settings, in .env or the shell:', ...problems].join('\n  '))
}
