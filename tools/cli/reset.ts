import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { runningEndpoint } from '../local/dynamodb.ts'
import { localConfig } from '../local/settings.ts'
import { command } from './command.ts'

const usage = 'Usage: npm run reset     forgets every local user; the keys stay'

await command({ usage, options: {} }, async () => {
  const { localFolder } = localConfig()
  if (await runningEndpoint(localFolder))
    throw new Error(
      `npm start is running over ${localFolder}: end it first, or it would go on with what it has`,
    )
  const found = ['dynamodb.sqlite', 'dynamodb.sqlite-wal', 'dynamodb.sqlite-shm']
    .map((file) => join(localFolder, file))
    .filter(existsSync)
  for (const file of found) await rm(file)
  const says = found.length > 0 ? 'Removed the local users and sessions of' : 'There are no local users in'
  console.log(`${says} ${localFolder}`)
})
