import { kindOf, labelOf, type ProviderKind, type ProviderSettings } from './domain/provider-settings.ts'
import {
  appleId,
  clientId,
  loopbackAddress,
  optional,
  productName,
  providerIssuer,
  providerNames,
  tenant,
  truth,
} from './setting-formats.ts'
import { type Env, readSettings, type Setting, type Settings, setting } from './settings-table.ts'

/** The row of PROVIDERS. The other rows of providers follow from it. */
export const providerNamesRow = setting({ env: 'PROVIDERS', default: '', read: providerNames })

type Row = <T>(suffix: string, read: (text: string) => T, more?: Partial<Setting<T>>) => Setting<T>

/** What a provider of each kind needs besides a client id. */
const rowsOfKind: Readonly<Record<ProviderKind, (row: Row, name: string) => Settings>> = {
  google: testServer,
  github: testServer,
  microsoft: (row) => ({ tenant: row('TENANT', tenant), ...testServer(row) }),
  apple: (row) => ({ teamId: row('TEAM_ID', appleId), keyId: row('KEY_ID', appleId), ...testServer(row) }),
  oidc: (row, name) => ({
    issuer: row('ISSUER', providerIssuer),
    label: row('LABEL', productName, { default: labelOf(name) }),
    trustEmail: row('TRUST_EMAIL', truth, { default: 'false' }),
  }),
}

/** A server on this machine instead of a provider that has one address for everybody. */
function testServer(row: Row): Settings {
  return { issuer: row('ISSUER', optional(loopbackAddress), { default: '', localOnly: true }) }
}

/** The rows of one provider. Their names begin with its own: `GOOGLE_CLIENT_ID`. */
export function rowsOfProvider(name: string): Settings {
  const row: Row = (suffix, read, more) => setting({ ...more, env: `${name.toUpperCase()}_${suffix}`, read })
  return { clientId: row('CLIENT_ID', clientId), ...rowsOfKind[kindOf(name)](row, name) }
}

/** The rows of every provider of PROVIDERS. None, if PROVIDERS itself is wrong. */
export function rowsOfProviders(env: Env): readonly Setting<unknown>[] {
  const { values } = readSettings({ names: providerNamesRow }, env)
  return (values.names ?? []).flatMap((name) => Object.values(rowsOfProvider(name)))
}

/** Reads the settings of every provider of PROVIDERS, and collects the problems. That PROVIDERS is wrong is not among them. */
export function readProviders(env: Env): {
  readonly values: readonly ProviderSettings[]
  readonly problems: readonly string[]
} {
  const { values } = readSettings({ names: providerNamesRow }, env)
  const read = (values.names ?? []).map((name) => readProvider(name, env))
  return { values: read.map(({ value }) => value), problems: read.flatMap(({ problems }) => problems) }
}

/** What people read. A wrong label is a problem of `readProviders`. */
export const labelIn = (env: Env, name: string): string =>
  (kindOf(name) === 'oidc' && env[`${name.toUpperCase()}_LABEL`]?.trim()) || labelOf(name)

function readProvider(name: string, env: Env) {
  const rows = rowsOfProvider(name)
  const { values, problems } = readSettings(rows, env)
  // Only `npm start` has an address of its own that is http.
  const isLocal = env.ISSUER?.trim().startsWith('http:')
  if (!isLocal && String(values.issuer ?? '').startsWith('http:'))
    problems.push(`${rows.issuer?.env} must be https`)
  const value = { trustEmail: false, label: labelOf(name), ...values, name, kind: kindOf(name) }
  return { value: value as unknown as ProviderSettings, problems }
}

/** The variables that deployed functions need to know the providers. They are not in serverless.yml, which lists no names. */
export function providerEnvironment(env: Env): Readonly<Record<string, string>> {
  const given = rowsOfProviders(env)
    .filter(({ localOnly }) => !localOnly)
    .flatMap((row) => {
      const text = env[row.env]?.trim()
      return text ? [[row.env, text]] : []
    })
  return Object.fromEntries(given)
}
