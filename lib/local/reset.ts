import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { runningEndpoint } from './running.ts'
import { localConfig } from './settings.ts'

/** Forgets every local user. The keys stay: they are not data. */
async function reset(): Promise<void> {
  const { localFolder } = localConfig()
  if (await runningEndpoint(localFolder)) {
    throw new Error(
      `npm start is running over ${localFolder}: end it first, or it would go on with what it has`,
    )
  }
  const found = ['dynamodb.sqlite', 'dynamodb.sqlite-wal', 'dynamodb.sqlite-shm']
    .map((file) => join(localFolder, file))
    .filter(existsSync)
  for (const file of found) await rm(file)
  console.log(
    found.length > 0
      ? `Removed the local users and sessions of ${localFolder}`
      : `There are no local users in ${localFolder}`,
  )
}

reset().catch((error: Error) => {
  console.error(error.message)
  process.exit(1)
})
