import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { localConfig } from './settings.ts'

// Forgets every local user. The keys stay: they are not data.
const { localFolder } = localConfig()
const found = ['dynamodb.sqlite', 'dynamodb.sqlite-wal', 'dynamodb.sqlite-shm']
  .map((file) => join(localFolder, file))
  .filter(existsSync)
for (const file of found) await rm(file)
console.log(
  found.length > 0
    ? `Removed the local users and sessions of ${localFolder}; if npm start is running, start it again`
    : `There are no local users in ${localFolder}`,
)
