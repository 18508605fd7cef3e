import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { UserData } from '../domain/ports.ts'
import type { TableNames } from '../domain/table-names.ts'

/** The store of each table of user data, under the table's name. */
export const dynamoUserData: (client: DynamoDBDocumentClient, tables: TableNames) => UserData = () => ({})
