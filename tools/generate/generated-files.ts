import { readFile } from 'node:fs/promises'
import { clientOperations } from './client-operations.ts'
import { functionsYml, PROVIDER_FUNCTIONS } from './functions-yml.ts'
import { limitsTable } from './limits-table.ts'
import { checkMailTexts, mailTextTable } from './mail-texts.ts'
import { openapi } from './openapi.ts'
import { isAlways, registry } from './registry.ts'
import { filesWithTables, readTables, TABLE_NAMES, tablesModule } from './tables-yml.ts'

/** The text between the two marks of docs/limits.md. */
const limitsSection = /(<!-- limits -->).*?(<!-- \/limits -->)/s

const mailsSection = /(<!-- texts -->).*?(<!-- \/texts -->)/s

/** Every generated file by its path. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  // Its dictionaries load slowly, and `npm start` does not need them.
  const { commonPasswordsData } = await import('./common-passwords.ts')
  return new Map([
    ...(await filesOfContracts()),
    ['lib/blocklist/common-passwords.data.ts', await commonPasswordsData()],
  ])
}

/** The path of a generated file that is stale, if there is one. */
export async function staleFile(): Promise<string | undefined> {
  for (const [path, text] of await filesOfContracts())
    if ((await readFile(path, 'utf8').catch(() => '')) !== text) return path
  return undefined
}

/**
 * The files that are generated from the contracts, `tables.yml` and the texts of mails, by their paths.
 * @throws one error about all texts of a deployer that are wrong.
 */
export async function filesOfContracts(): Promise<ReadonlyMap<string, string>> {
  checkMailTexts()
  const entries = await registry()
  const { version } = JSON.parse(await readFile('package.json', 'utf8'))
  const limitsPage = await readFile('docs/limits.md', 'utf8')
  const mailsPage = await readFile('mails/README.md', 'utf8')
  const tables = readTables()
  const examples = JSON.parse(await readFile('functions/openapi-examples.json', 'utf8'))
  const document = openapi(entries, version, examples)
  return new Map([
    [TABLE_NAMES, tablesModule(tables)],
    ...filesWithTables(tables),
    ['docs/limits.md', limitsPage.replace(limitsSection, `$1\n\n${limitsTable(entries)}\n\n$2`)],
    ['mails/README.md', mailsPage.replace(mailsSection, `$1\n\n${mailTextTable()}\n\n$2`)],
    ['functions/functions.yml', functionsYml(entries.filter(isAlways))],
    [PROVIDER_FUNCTIONS, functionsYml(entries.filter((entry) => !isAlways(entry)))],
    ['functions/openapi.json', `${JSON.stringify(document, null, 2)}\n`],
    ['client/src/operations.ts', clientOperations(document)],
  ])
}
