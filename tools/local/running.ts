import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'

const fileIn = (folder: string) => join(folder, 'dynamodb-endpoint')

/** Tells whoever works beside `npm start` where its engine answers; takes it back with `forgetEndpoint`. */
export const announceEndpoint = (folder: string, endpoint: string) => writeFile(fileIn(folder), endpoint)
export const forgetEndpoint = (folder: string) => rm(fileIn(folder), { force: true })

/** Where the engine of an `npm start` that runs over this folder answers as DynamoDB would. */
export async function runningEndpoint(folder: string): Promise<string | undefined> {
  const endpoint = await readFile(fileIn(folder), 'utf8').catch(() => '')
  if (!endpoint) return undefined
  const client = new DynamoDBClient({
    endpoint,
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 2000, requestTimeout: 2000, throwOnRequestTimeout: true },
  })
  const answer = await client.send(new ListTablesCommand()).catch(() => undefined)
  client.destroy()
  return answer && endpoint
}
