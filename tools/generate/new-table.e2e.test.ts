import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectCopy } from '../testing/project-copy.ts'

const copy = projectCopy()
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
const testsOf = (project: string, ...more: string[]) =>
  run('node_modules/jest/bin/jest.js', ...more, '--selectProjects', project, '-w', '1')
const generate = () => run('tools/generate/generate.ts')
/** The compiler's complaints by file. */
function compile(): string[] {
  const { output } = run('node_modules/typescript/bin/tsc', '--noEmit')
  return output.split('\n').filter((line) => /^\S/.test(line))
}

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

/** Each `it` adds some of the eight files, after showing how the project asks for them. */
describe('a route with a table of its own takes eight files, as functions/README.md says', () => {
  it('1, 2: the handler; `generate` asks for the table', () => {
    add('functions/users/put-my-note.ts', route)
    expect(generate()).toEqual({
      status: 1,
      output: expect.stringContaining(
        'functions/users/put-my-note.ts needs notes, which is not in lib/storage/tables.yml',
      ),
    })
    const text = readFileSync(join(copy, 'lib/storage/tables.yml'), 'utf8')
    const [sessions = ''] = / {2}SessionsTable:\n(?: {4}.*\n)*/.exec(text) ?? []
    const notes = sessions
      .replace('SessionsTable', 'NotesTable')
      .replace('SESSIONS_TABLE', 'NOTES_TABLE')
      .replace(/ {6}(# Delivers|StreamSpecification|TimeToLive).*\n/g, '')
    edit('lib/storage/tables.yml', sessions, sessions + notes)
    expect(generate().status).toBe(0)
    // One run is enough.
    expect(generate()).toEqual({ status: 0, output: '' })
    const functions = readFileSync(join(copy, 'functions/functions.yml'), 'utf8')
    expect(functions).toContain('NotesTable')
    expect(functions).not.toContain('null')
    for (const file of ['serverless.yml', '.env.example', '.github/workflows/deploy.yml'])
      expect(readFileSync(join(copy, file), 'utf8')).toContain('NOTES_TABLE')
  })

  it('3: the port; without it, the store and its twin in memory the project does not compile', () => {
    expect(compile()).toEqual([
      expect.stringMatching(
        /^functions\/users\/put-my-note\.ts.*'put' does not exist on type 'UserDataStore'/,
      ),
      expect.stringMatching(/^lib\/storage\/user-data\.ts.*'UserData'/),
      expect.stringMatching(/^tools\/testing\/memory-stores\.ts.*'UserData'/),
    ])
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
  })

  it('4, 5, 6: the store, its line among the stores, and the same in memory, without which the project does not compile', () => {
    edit(
      'lib/storage/user-data.ts',
      '() => ({})',
      '(client, tables) => ({ notes: dynamoNotes(client, tables) })',
    )
    edit(
      'lib/storage/user-data.ts',
      'import type { TableNames',
      "import { dynamoNotes } from './notes.ts'\nimport type { TableNames",
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
    expect(compile()).toEqual([expect.stringMatching(/^lib\/storage\/user-data\.ts.*'\.\/notes\.ts'/)])
    add('lib/storage/notes.ts', store)
    expect(compile()).toEqual([])
  })

  it('7: the test, which a test of the contracts asks for', () => {
    const contracts = () => testsOf('fast', 'tools/generate/generated-files', '-t', 'beside a handler')
    expect(contracts()).toEqual({
      status: 1,
      output: expect.stringContaining(
        "No test beside functions/users/put-my-note.ts calls 'PUT /users/me/note'",
      ),
    })
    add('functions/users/put-my-note.test.ts', routeTest)
    expect(contracts().status).toBe(0)
    expect(testsOf('fast', 'functions/users/put-my-note')).toEqual({
      status: 0,
      output: expect.stringContaining('1 passed'),
    })
  })

  it('8: a valid request, which the tests that walk every route ask for', () => {
    const integration = (files: string) => testsOf('integration', files, '-t', 'exactly (the calls|as many)')
    expect(integration('functions/capacity')).toEqual({
      status: 1,
      output: expect.stringContaining(
        'tools/testing/fixtures.ts has no valid request for PUT /users/me/note',
      ),
    })
    edit(
      'tools/testing/fixtures.ts',
      "  'GET /users/me': asEve,\n",
      "  'GET /users/me': asEve,\n  'PUT /users/me/note': (fixture) => ({ ...asEve(fixture), body: { text: 'milk' } }),\n",
    )
    expect(integration('functions/(capacity|round)')).toEqual({
      status: 0,
      output: expect.stringContaining('2 passed'),
    })
    const walks = testsOf('fast', 'functions/[^/]*$', '-t', 'PUT /users/me/note|valid requests')
    expect(walks).toEqual({ status: 0, output: expect.stringContaining('Tests:') })
  })

  it('whose needs must be exactly its calls', () => {
    edit('functions/users/put-my-note.ts', "['notes:PutItem']", "['notes:UpdateItem']")
    expect(testsOf('integration', 'functions/capacity', '-t', 'exactly the calls')).toEqual({
      status: 1,
      output: expect.stringContaining(
        'functions/users/put-my-note.ts calls notes:PutItem, which its needs do not list',
      ),
    })
  })
})
