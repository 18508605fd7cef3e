import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const copy = mkdtempSync(join(tmpdir(), 'cardea-new-table-'))
beforeAll(() => {
  const { stdout } = spawnSync('git', ['ls-files', '-z'], { encoding: 'utf8' })
  for (const file of stdout.split('\0').filter(Boolean)) cpSync(file, join(copy, file))
  symlinkSync(join(process.cwd(), 'node_modules'), join(copy, 'node_modules'))
})
afterAll(() => rmSync(copy, { recursive: true, force: true }))

const add = (file: string, text: string) => writeFileSync(join(copy, file), text)
function edit(file: string, from: string, to: string): void {
  const text = readFileSync(join(copy, file), 'utf8')
  expect([file, text.split(from).length]).toEqual([file, 2])
  add(file, text.replace(from, to))
}

function run(...command: string[]): { status: number | null; output: string } {
  const env = { PATH: process.env.PATH, HOME: copy }
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: copy,
    env,
    encoding: 'utf8',
  })
  return { status, output: stdout + stderr }
}
const generate = () => run('tools/generate/generate.ts')
const compile = () => run('node_modules/typescript/bin/tsc', '--noEmit')

const route = `import * as z from 'zod/mini'
import { defineContract } from '../../lib/contract/contract.ts'
import { route } from '../../lib/lambda/route.ts'
import { userData } from '../../lib/services.ts'

export const contract = defineContract({
  method: 'PUT',
  operationId: 'keepNote',
  path: '/users/me/note',
  access: 'user',
  summary: 'Keep a note',
  body: z.strictObject({ text: z.string() }),
  responses: { 204: null },
  needs: ['notes:PutItem'],
})

export const handler = route(contract, { userData }, async ({ services, principal, body, reply }) => {
  await services.userData.notes.put(principal.userId, body.text)
  return reply(204)
})
`

const store = `import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import type { NoteStore } from '../domain/ports.ts'
import type { TableNames } from '../domain/table-names.ts'
import { withRetries } from './client.ts'
import { userKey } from './item-keys.ts'
import { userItems } from './user-items.ts'

export function dynamoNotes(client: DynamoDBDocumentClient, { notesTable: TableName }: TableNames): NoteStore {
  const items = userItems(client, TableName)
  return {
    async put(userId, text) {
      await withRetries(() => client.send(new PutCommand({ TableName, Item: { ...userKey(userId, 'NOTE'), text } })))
    },
    exportOf: async (userId) =>
      (await items.read({ ...userKey(userId, ''), prefix: '' })).map(({ text }) => ({ text })),
    deleteAll: items.deleteAll,
  }
}
`

const routeTest = `import { gateway } from '../../tools/testing/gateway.ts'
import { testServices } from '../../tools/testing/test-services.ts'
import { ada, bearer, logIn, signedUp } from '../../tools/testing/test-users.ts'

it('keeps a note, shows it in the export, and deletes it with its user', async () => {
  const services = testServices()
  const api = gateway(services)
  await signedUp(api)
  const headers = bearer(await logIn(api))
  expect(await api('PUT /users/me/note', { headers, body: { text: 'milk' } })).toMatchObject({ status: 204 })
  const { body } = await api('GET /users/me/export', { headers })
  expect(body.notes).toEqual([{ text: 'milk' }])
  await api('DELETE /users/me', { headers, body: { password: ada.password } })
  expect(await services.userData.notes.exportOf(body.user.id)).toEqual([])
})
`

describe('a route with a table of its own, in the files that functions/README.md names', () => {
  it('is refused by name while its table is not in tables.yml', () => {
    add('functions/users/put-my-note.ts', route)
    expect(generate()).toEqual({
      status: 1,
      output: expect.stringContaining(
        'functions/users/put-my-note.ts needs notes, which is not in lib/storage/tables.yml',
      ),
    })
  })

  it('does not compile while the table has no store', () => {
    const text = readFileSync(join(copy, 'lib/storage/tables.yml'), 'utf8')
    const [sessions = ''] = / {2}SessionsTable:\n(?: {4}.*\n)*/.exec(text) ?? []
    const notes = sessions
      .replace('SessionsTable', 'NotesTable')
      .replace('SESSIONS_TABLE', 'NOTES_TABLE')
      .replace(/ {6}(# Delivers|StreamSpecification|TimeToLive).*\n/g, '')
    edit('lib/storage/tables.yml', sessions, sessions + notes)
    expect(generate().status).toBe(0)
    const { status, output } = compile()
    expect(status).not.toBe(0)
    expect(output).toMatch(/^lib\/storage\/user-data\.ts.*UserData/m)
    expect(output).toMatch(/^tools\/testing\/memory-stores\.ts.*UserData/m)
  })

  it('compiles with its port, its store and the store in memory, and is generated', () => {
    edit(
      'lib/domain/ports.ts',
      'export interface UserData extends Readonly<Record<UserTable, UserDataStore>> {}',
      `export interface NoteStore extends UserDataStore {
  put(userId: string, text: string): Promise<void>
}
export interface UserData extends Readonly<Record<UserTable, UserDataStore>> {
  readonly notes: NoteStore
}`,
    )
    add('lib/storage/notes.ts', store)
    edit(
      'lib/storage/user-data.ts',
      '() => ({})',
      '(client, tables) => ({ notes: dynamoNotes(client, tables) })',
    )
    edit(
      'lib/storage/user-data.ts',
      'import type { DynamoDB',
      "import { dynamoNotes } from './notes.ts'\nimport type { DynamoDB",
    )
    edit(
      'tools/testing/memory-stores.ts',
      '    userData: {},',
      `    userData: {
      notes: {
        put: async (userId, text) => void notes.set(userId, text),
        exportOf: async (userId) => [...(notes.has(userId) ? [{ text: notes.get(userId) }] : [])],
        deleteAll: async (userId) => void notes.delete(userId),
      },
    },`,
    )
    edit(
      'tools/testing/memory-stores.ts',
      'export function memoryStores(',
      'const notes = new Map<string, string>()\nexport function memoryStores(',
    )
    add('functions/users/put-my-note.test.ts', routeTest)
    expect(compile()).toEqual({ status: 0, output: '' })
    expect(generate().status).toBe(0)
    const functions = readFileSync(join(copy, 'functions/functions.yml'), 'utf8')
    expect(functions).toContain('NotesTable')
    expect(functions).not.toContain('null')
    for (const file of ['serverless.yml', '.env.example', '.github/workflows/deploy.yml'])
      expect(readFileSync(join(copy, file), 'utf8')).toContain('NOTES_TABLE')
  })

  it('keeps items that an export shows and a deletion removes', () => {
    const { status, output } = run(
      'node_modules/jest/bin/jest.js',
      'functions/users/put-my-note',
      '--selectProjects',
      'fast',
    )
    expect([status, output]).toEqual([0, expect.stringContaining('1 passed')])
  })
})
