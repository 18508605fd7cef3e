import { readConfig } from '../../lib/config.ts'
import type { TableNames } from '../../lib/domain/table-names.ts'
import { problemsOf } from '../deploy/setting-problems.ts'
import { tableNamesOf } from '../deploy/settings.ts'
import { readTables } from '../generate/tables-yml.ts'
import { checkStage, command, UsageError } from './command.ts'
import { callersAws } from './doctor/aws.ts'
import { doubtsAbout } from './doctor/configuration.ts'
import { findingsOf } from './doctor/deployment.ts'
import { type Finding, lineOf, wrong } from './doctor/finding.ts'
import { keysOfStage } from './stage-keys.ts'

const usage = `Usage: npm run doctor -- --stage <stage>              checks the settings in this shell, before a deployment
       npm run doctor -- --stage <stage> --deployed   also checks what is deployed, with your AWS credentials`

const options = { stage: { type: 'string' }, deployed: { type: 'boolean' } } as const

await command(usage, options, async ({ values: { stage, deployed }, positionals }) => {
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is one word too many`)
  if (!stage) throw new UsageError('Say which stage: --stage <stage>')
  if (stage === 'local') throw new UsageError('Nothing is deployed of the stage local')
  checkStage(stage)

  const found: Finding[] = problemsOf(stage, process.env).map((problem) => wrong(problem, 'See .env.example'))
  if (found.length === 0) {
    const domain = process.env.DOMAIN_NAME?.trim()
    const issuer = process.env.ISSUER?.trim() || `https://${domain || 'own.execute-api.amazonaws.com'}`
    const config = readConfig({ ...process.env, ISSUER: issuer })
    found.push(...doubtsAbout(config, { hasDomain: Boolean(domain || process.env.ISSUER?.trim()) }))
    if (deployed) {
      const names = tableNamesOf(stage, process.env)
      const { keysPath = '' } = await keysOfStage(stage)
      found.push(
        ...(await findingsOf(callersAws({ stage, keysPath }), {
          tables: readTables().map(({ setting, ttl, hasStream }) => ({
            name: names[setting as keyof TableNames],
            ttl,
            hasStream,
          })),
          mailFrom: config.mailFrom,
          keyRotationDays: config.keyRotationDays,
          publicAddress: domain || process.env.ISSUER?.trim() ? issuer : undefined,
          hasProxy: config.trustedProxySecrets.length > 0,
          now: Math.floor(Date.now() / 1000),
        })),
      )
    }
  }
  for (const finding of found) console.log(lineOf(finding))
  return found.some(({ grade }) => grade === 'wrong') ? 1 : 0
})
