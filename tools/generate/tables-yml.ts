import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { settingOf } from '../../lib/domain/limits.ts'

/** A table of `lib/storage/tables.yml`: its name in contracts, its logical id, the setting that names it, and what it has. */
export interface Table {
  readonly name: string
  readonly id: string
  /** In `lib/config.ts`, and in the environment. */
  readonly setting: string
  readonly env: string
  readonly indexes: readonly string[]
  /** The attribute by which TTL deletes items. */
  readonly ttl: string | undefined
  readonly hasStream: boolean
  /** All that CloudFormation gets. */
  readonly properties: object
}

interface Resource {
  readonly Type: string
  readonly Properties: {
    readonly TableName?: unknown
    readonly GlobalSecondaryIndexes?: readonly { readonly IndexName: string }[]
    readonly TimeToLiveSpecification?: { readonly AttributeName: string }
    readonly StreamSpecification?: object
  }
}

/** Every table of a text in the form of `lib/storage/tables.yml`. All names follow from the logical id. */
export function tablesIn(text: string): readonly Table[] {
  const { Resources } = parse(text) as { Resources: Readonly<Record<string, Resource>> }
  return Object.entries(Resources).map(([id, { Type, Properties }]) => {
    const wrong = (what: string) => new Error(`lib/storage/tables.yml: ${id} ${what}`)
    if (Type !== 'AWS::DynamoDB::Table') throw wrong('must be an AWS::DynamoDB::Table')
    if (!/^[A-Z][A-Za-z]*Table$/.test(id)) throw wrong('must have a name such as NotesTable')
    const setting = `${id.charAt(0).toLowerCase()}${id.slice(1)}`
    const name = setting.replace(/Table$/, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    const env = settingOf(setting)
    const TableName = `\${self:provider.environment.${env}}`
    if (Properties.TableName !== TableName) throw wrong(`must have the TableName ${TableName}`)
    return {
      name,
      id,
      setting,
      env,
      indexes: Properties.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName) ?? [],
      ttl: Properties.TimeToLiveSpecification?.AttributeName,
      hasStream: Properties.StreamSpecification !== undefined,
      properties: Properties,
    }
  })
}

let tables: readonly Table[] | undefined

/** Every table of `lib/storage/tables.yml`. The roles of all functions ask for them, and the file takes long to parse. */
export function readTables(): readonly Table[] {
  tables ??= tablesIn(readFileSync('lib/storage/tables.yml', 'utf8'))
  return tables
}

export const TABLE_NAMES = 'lib/domain/table-names.ts'

/** The file `TABLE_NAMES`: what the code and its types say of the tables. */
export function tablesModule(tables: readonly Table[]): string {
  const rows = tables.map(({ setting, name }) => `  ${setting}: '${name}',`)
  const indexes = tables.flatMap(({ name, indexes }) => indexes.map((index) => `'${name}/${index}'`))
  return `// GENERATED from lib/storage/tables.yml by \`npm run generate\`: do not edit.

/** Each table by the setting that names it. */
export const tables = {
${rows.join('\n')}
} as const

export type Table = (typeof tables)[keyof typeof tables]
export type TableIndex = ${indexes.join(' | ') || 'never'}
export type TableNames = { readonly [Setting in keyof typeof tables]: string }
`
}

/** The files in which a block of lines names every table, with the form of such a line. */
const blocks: readonly [file: string, line: RegExp, form: (table: Table) => string][] = [
  [
    'serverless.yml',
    /(?:^ {4}\w+_TABLE: .*\n)+/m,
    ({ env, setting }) => `    ${env}: \${deployment:${setting}}\n`,
  ],
  [
    '.github/workflows/deploy.yml',
    /(?:^ {6}\w+_TABLE: .*\n)+/m,
    ({ env }) => `      ${env}: \${{ vars.${env} }}\n`,
  ],
  ['.env.example', /(?:^# \w+_TABLE=.*\n)+/m, ({ env, name }) => `# ${env}=cardea-local-${name}\n`],
]

/** The files that name every table in a block of lines, with that block as it must be. */
export const filesWithTables = (tables: readonly Table[]): readonly [file: string, text: string][] =>
  blocks.map(([file, line, form]) => {
    const text = readFileSync(file, 'utf8')
    if (!line.test(text)) throw new Error(`${file} has no lines that name the tables`)
    return [file, text.replace(line, () => tables.map(form).join(''))]
  })
