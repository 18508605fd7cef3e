import { join } from 'node:path'
import { type Config, policyOf, settings, withProviders } from '../../lib/config.ts'
import type { SecurityEvents } from '../../lib/domain/security-events.ts'
import { readSettings } from '../../lib/settings-table.ts'
import { documentClient } from '../../lib/storage/client.ts'
import { dynamoIdentities } from '../../lib/storage/identities.ts'
import { dynamoOutbox } from '../../lib/storage/outbox.ts'
import { dynamoPasskeys } from '../../lib/storage/passkeys.ts'
import { dynamoSessions } from '../../lib/storage/sessions.ts'
import { dynamoTotps } from '../../lib/storage/totps.ts'
import { dynamoUserData } from '../../lib/storage/user-data.ts'
import { dynamoUsers } from '../../lib/storage/users.ts'
import { problemsOfNames, secondFactorForOf, tableNamesOf } from '../deploy/settings.ts'
import { createTables } from '../local/create-tables.ts'
import { runningEndpoint, startDynoxide } from '../local/dynamodb.ts'
import { localConfig } from '../local/settings.ts'
import { callersConfig } from './aws.ts'

type Stage = ReturnType<typeof stores>
/** What the rules need, for an operator on a command line. */
export type StagePorts = Stage['ports']

/**
 * The stores of a stage: `local` is what `npm start` keeps, whether it runs or not; any other is in AWS, with the
 * caller's own credentials and region. Whether users are mailed, and who needs a second factor, follow from the settings in the
 * shell, as in a deployment.
 */
export async function storesOfStage(stage: string, events: SecurityEvents): Promise<Stage> {
  if (stage === 'local') return localStores(events)
  // A stage may have no issuer of its own, which no command line needs. An empty setting counts as absent.
  const issuer = process.env.ISSUER?.trim() || 'https://own.example'
  const { values, problems } = readSettings(settings, {
    ...process.env,
    ISSUER: issuer,
    SECOND_FACTOR_FOR: secondFactorForOf(stage, process.env),
  })
  problems.push(...problemsOfNames(stage, process.env))
  if (problems.length > 0) throw new Error(`Wrong settings in this shell: ${problems.join('; ')}`)
  const named = withProviders(values, process.env)
  const config = { ...named, ...tableNamesOf(stage, process.env), dynamodbEndpoint: undefined }
  const { region } = await callersConfig()
  return stores(events, config, `table ${config.usersTable} in ${region}`)
}

async function localStores(events: SecurityEvents): Promise<Stage> {
  const config = localConfig()
  const running = config.dynamodbEndpoint ?? (await runningEndpoint(config.localFolder))
  if (running) return stores(events, { ...config, dynamodbEndpoint: running }, 'npm start')
  const { endpoint, child } = await startDynoxide(join(config.localFolder, 'dynamodb.sqlite'))
  await createTables(config, endpoint)
  const started = stores(events, { ...config, dynamodbEndpoint: endpoint }, 'npm start')
  return { ...started, close: () => child.stop() }
}

/** `place` tells the operator where the users are. */
function stores(events: SecurityEvents, config: Config, place: string) {
  const client = documentClient(config)
  const clock = { now: () => Math.floor(Date.now() / 1000) }
  const ports = {
    users: dynamoUsers(client, config, clock),
    sessions: dynamoSessions(client, config),
    totps: dynamoTotps(client, config),
    passkeys: dynamoPasskeys(client, config),
    identities: dynamoIdentities(client, config),
    userData: dynamoUserData(client, config),
    outbox: dynamoOutbox(client, config),
    policy: policyOf(config),
    clock,
    events,
  }
  return { ports, place, close: async () => {} }
}
