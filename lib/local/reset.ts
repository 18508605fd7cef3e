import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { settings } from '../config.ts'

// Forgets every local user. The keys stay: they are not data.
const folder = process.env.LOCAL_FOLDER || settings.localFolder.default || ''
const files = ['dynamodb.sqlite', 'dynamodb.sqlite-wal', 'dynamodb.sqlite-shm'].map((file) =>
  join(folder, file),
)
const found = files.filter(existsSync)
for (const file of found) await rm(file)
console.log(
  found.length > 0 ? `Removed the local users and sessions of ${folder}` : `There is nothing in ${folder}`,
)
