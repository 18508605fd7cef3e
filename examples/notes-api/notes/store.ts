import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DeleteCommand, DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'

export interface Note {
  readonly noteId: string
  readonly text: string
  readonly createdAt: string
}

const db = DynamoDBDocumentClient.from(new DynamoDBClient())
const TableName = process.env.NOTES_TABLE

/** The partition key is the id of the user (`sub`), which never changes and is never used again. An email may be. */
const ofUser = (userId: string) => ({
  TableName,
  KeyConditionExpression: 'userId = :userId',
  ExpressionAttributeValues: { ':userId': userId },
})

/** The newest 100 notes of a user. */
export async function listNotes(userId: string): Promise<Note[]> {
  const { Items = [] } = await db.send(
    new QueryCommand({ ...ofUser(userId), ScanIndexForward: false, Limit: 100 }),
  )
  return Items.map(({ noteId, text, createdAt }) => ({ noteId, text, createdAt }))
}

export async function countNotes(userId: string): Promise<number> {
  let count = 0
  let ExclusiveStartKey: Record<string, unknown> | undefined
  do {
    const page = await db.send(new QueryCommand({ ...ofUser(userId), Select: 'COUNT', ExclusiveStartKey }))
    count += page.Count ?? 0
    ExclusiveStartKey = page.LastEvaluatedKey
  } while (ExclusiveStartKey)
  return count
}

export async function addNote(userId: string, note: Note): Promise<void> {
  await db.send(new PutCommand({ TableName, Item: { userId, ...note } }))
}

/** The key contains the caller's id, so no user can delete a note of another. */
export async function deleteNote(userId: string, noteId: string): Promise<void> {
  await db.send(new DeleteCommand({ TableName, Key: { userId, noteId } }))
}
