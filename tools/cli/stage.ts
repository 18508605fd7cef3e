import { join } from 'node:path'
import { type Config, policyOf, readSettings, settings } from '../../lib/config.ts'
import type { Ports } from '../../lib/domain/ports.ts'
import type { SecurityEvents } from '../../lib/domain/security-events.ts'
import { documentClient } from '../../lib/storage/client.ts'
import { dynamoOutbox } from '../../lib/storage/outbox.ts'
import { dynamoSessions } from '../../lib/storage/sessions.ts'
import { dynamoUserData } from '../../lib/storage/user-data.ts'
import { dynamoUsers } from '../../lib/storage/users.ts'
import { problemsOfNames, tableNamesOf } from '../deploy/settings.ts'
import { createTables } from '../local/create-tables.ts'
import { runningEndpoint, startDynoxide } from '../local/dynamodb.ts'
import { localConfig } from '../local/settings.ts'
import { callersConfig } from './callers-aws.ts'
import { checkStage } from './command.ts'

/** What the rules need of the outside, for a person who administers from a command line. */
export type StagePorts = Pick<
  Ports,
  'users' | 'sessions' | 'userData' | 'outbox' | 'policy' | 'clock' | 'events'
>

interface Stage {
  readonly ports: StagePorts
  /** Where its users are, for the person who changes them. */
  readonly place: string
  close(): Promise<void>
}

/**
 * The stores of a stage: `local` is what `npm start` keeps, whether it runs or not; any other is in AWS, with the
 * caller's own credentials and region. Whether users are mailed follows from the settings in the shell, as in a deployment.
 */
export async function storesOfStage(stage: string, events: SecurityEvents): Promise<Stage> {
  if (stage === 'local') return localStores(events)
  checkStage(stage)
  // A stage may have no issuer of its own, which no command line needs. An empty setting counts as absent.
  const issuer = process.env.ISSUER?.trim() || 'https://own.example'
  const { values, problems } = readSettings(settings, { ...process.env, ISSUER: issuer })
  problems.push(...problemsOfNames(stage, process.env))
  if (problems.length > 0) throw new Error(`Wrong settings in this shell: ${problems.join('; ')}`)
  const config = { ...values, ...tableNamesOf(stage, process.env), dynamodbEndpoint: undefined }
  const { region } = await callersConfig()
  return stores(events, config, async () => undefined, `table ${config.usersTable} in ${region}`)
}

async function localStores(events: SecurityEvents): Promise<Stage> {
  const config = localConfig()
  const running = config.dynamodbEndpoint ?? (await runningEndpoint(config.localFolder))
  if (running) return stores(events, { ...config, dynamodbEndpoint: running }, async () => undefined)
  const { endpoint, child } = await startDynoxide(join(config.localFolder, 'dynamodb.sqlite'))
  await createTables(config, endpoint)
  return stores(events, { ...config, dynamodbEndpoint: endpoint }, () => child.stop())
}

function stores(
  events: SecurityEvents,
  config: Config,
  close: () => Promise<void>,
  place = 'npm start',
): Stage {
  const client = documentClient(config)
  const clock = { now: () => Math.floor(Date.now() / 1000) }
  const ports = {
    users: dynamoUsers(client, config, clock),
    sessions: dynamoSessions(client, config),
    userData: dynamoUserData(client, config),
    outbox: dynamoOutbox(client, config),
    policy: policyOf(config),
    clock,
    events,
  }
  return { ports, place, close }
}
