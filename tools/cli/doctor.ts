import { readConfig } from '../../lib/config.ts'
import type { TableNames } from '../../lib/domain/table-names.ts'
import { problemsOf } from '../deploy/setting-problems.ts'
import { tableNamesOf } from '../deploy/settings.ts'
import { readTables } from '../generate/tables-yml.ts'
import { command, UsageError } from './command.ts'
import { callersAws } from './doctor/aws.ts'
import { doubtsAbout } from './doctor/configuration.ts'
import { findingsOf } from './doctor/deployment.ts'
import { type Finding, lineOf, wrong } from './doctor/finding.ts'
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
  if (!deployed) return doubts

  const names = tableNamesOf(stage, process.env)
  const tables = readTables().map((table) => ({ ...table, name: names[table.setting as keyof TableNames] }))
  const { mailFrom, keyRotationDays } = config
  const hasProxy = config.trustedProxySecrets.length > 0
  const now = Math.floor(Date.now() / 1000)
  const { keysPath = '' } = await keysOfStage(stage)
  const expected = { tables, mailFrom, keyRotationDays, publicAddress, hasProxy, now }
  return [...doubts, ...(await findingsOf(callersAws(stage, keysPath), expected))]
}

await command({ usage, options }, async ({ stage, deployed = false }) => {
  if (!stage) throw new UsageError('Say which stage: --stage <stage>')
  if (stage === 'local') throw new UsageError('Nothing is deployed of the stage local')
  const found = await check(stage, deployed)
  for (const finding of found) console.log(lineOf(finding))
  return found.some(({ grade }) => grade === 'wrong') ? 1 : 0
})
