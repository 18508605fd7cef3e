import { readConfig } from '../../lib/config.ts'
import type { TableNames } from '../../lib/domain/table-names.ts'
import { readProviders } from '../../lib/provider-rows.ts'
import { problemsOf } from '../deploy/setting-problems.ts'
import { tableNamesOf } from '../deploy/settings.ts'
import { readTables } from '../generate/tables-yml.ts'
import { command, UsageError } from './command.ts'
import { callersAws } from './doctor/aws.ts'
import { doubtsAbout } from './doctor/configuration.ts'
import { findingsOf } from './doctor/deployment.ts'
import { type Finding, lineOf, wrong } from './doctor/finding.ts'
import { providerFindings, type StoredSecrets, storedSecrets } from './doctor/providers.ts'
import { providerQuestions } from './doctor/token-endpoint.ts'
import { keysOfStage } from './stage-keys.ts'

const usage = `Usage: npm run doctor -- --stage <stage>              checks the settings in this shell, before a deployment
       npm run doctor -- --stage <stage> --deployed   also checks what is deployed, with your AWS credentials`

const options = { stage: { type: 'string' }, deployed: { type: 'boolean' } } as const

async function check(stage: string, deployed: boolean): Promise<readonly Finding[]> {
  const problems = problemsOf(stage, process.env)
  if (problems.length > 0) return problems.map((problem) => wrong(problem, 'See .env.example'))
  const domain = process.env.DOMAIN_NAME?.trim()
  const publicAddress = process.env.ISSUER?.trim() || (domain && `https://${domain}`)
  const config = readConfig({
    ...process.env,
    ISSUER: publicAddress || 'https://own.execute-api.amazonaws.com',
  })
  const doubts = doubtsAbout(config, { hasDomain: Boolean(publicAddress) })
  const providers = readProviders(process.env).values
  const ask = providerQuestions(config.issuer)
  const ofProviders = async (address: string | undefined, stored?: StoredSecrets) => {
    const at = address ?? '<the address of the API>'
    return (await Promise.all(providers.map((each) => providerFindings(ask, each, at, stored)))).flat()
  }
  if (!deployed) return [...doubts, ...(await ofProviders(publicAddress))]

  const names = tableNamesOf(stage, process.env)
  const tables = readTables().map((table) => ({ ...table, name: names[table.setting as keyof TableNames] }))
  const { mailFrom, keyRotationDays } = config
  const hasProxy = config.trustedProxySecrets.length > 0
  const now = Math.floor(Date.now() / 1000)
  const { keysPath = '', parameters } = await keysOfStage(stage)
  const aws = callersAws(stage, keysPath)
  const expected = { tables, mailFrom, keyRotationDays, publicAddress, hasProxy, now }
  const found = [...doubts, ...(await findingsOf(aws, expected))]
  if (providers.length === 0) return found
  const stored = await storedSecrets(aws, parameters)
  return [...found, ...(await ofProviders(publicAddress ?? (await aws.gateway()), stored))]
}

await command({ usage, options }, async ({ stage, deployed = false }) => {
  if (!stage) throw new UsageError('Say which stage: --stage <stage>')
  if (stage === 'local') throw new UsageError('Nothing is deployed of the stage local')
  const found = await check(stage, deployed)
  for (const finding of found) console.log(lineOf(finding))
  return found.some(({ grade }) => grade === 'wrong') ? 1 : 0
})
