import { providerEnvironment } from '../../lib/provider-rows.ts'
import { type Env, readSettings } from '../../lib/settings-table.ts'
import { PROVIDER_FUNCTIONS } from '../generate/functions-yml.ts'
import { deployedWith } from '../generate/registry.ts'
import { accessLogFormat } from './access-log.ts'
import { alarms } from './alarms.ts'
import { mailEvents } from './bounce-events.ts'
import { commandLog } from './command-log.ts'
import { dashboard } from './dashboard.ts'
import { domain } from './domain.ts'
import { boundary } from './permissions-boundary.ts'
import { permissions } from './permissions-from-settings.ts'
import { stackPolicy } from './protected-resources.ts'
import { keepsUsers, problemsOf } from './setting-problems.ts'
import { deploySettings, keysPathOf, secondFactorForOf, tableNamesOf } from './settings.ts'
import { sharedAuthorizer } from './shared-authorizer.ts'
import { throttles } from './throttles.ts'

/** The values of a stage by the names that serverless.yml uses. `problems` keep it from being packaged. */
export async function deployment(service: string, stage: string, env: Env) {
  const problems = problemsOf(stage, env)
  // With wrong settings, a stage can still be inspected and removed.
  const given = problems.length > 0 ? {} : env
  const { values } = readSettings(deploySettings, given)
  const keeps = keepsUsers(stage)
  const logRetentionDays = values.logRetentionDays ?? (keeps ? 90 : 14)
  const hasProviders = Boolean(given.PROVIDERS?.trim())
  const entries = await deployedWith(hasProviders)
  const tables = tableNamesOf(stage, env)
  const keysPath = keysPathOf(stage, env)
  const mailFrom = given.MAIL_FROM?.trim()
  const ownSet = given.MAIL_CONFIGURATION_SET?.trim()
  // Nothing would create one on a developer's machine.
  const stageSet = mailFrom && !ownSet && stage !== 'local' ? `${service}-${stage}` : undefined
  const mail = { mailFrom, mailConfigurationSet: ownSet || stageSet }
  return {
    problems,
    issuer: env.ISSUER?.trim() || ownAddress(values.domainName),
    docs: given.DOCS?.trim() || String(stage !== 'prod'),
    secondFactorFor: secondFactorForOf(stage, given),
    pages: env.PAGES?.trim() !== 'false',
    // The second is no file: serverless.yml then includes nothing.
    providerFunctions: hasProviders ? PROVIDER_FUNCTIONS : 'none.yml',
    providerEnvironment: providerEnvironment(given),
    keysPath,
    ...tables,
    boundary: boundary({ service, stage, tables, keysPath }),
    keepsUsers: keeps,
    stackPolicy: keeps ? stackPolicy : [],
    usersDeletionPolicy: keeps ? 'Retain' : 'Delete',
    logRetentionDays,
    commandLog: commandLog(stage, logRetentionDays),
    accessLogFormat,
    authorizerCacheSeconds: values.authorizerCacheSeconds,
    sharedAuthorizer: sharedAuthorizer(service, stage, values.authorizerCallers ?? []),
    tracing: values.tracing,
    throttles: throttles(entries, values),
    alarms: alarms(service, stage, entries, values, Boolean(mailFrom)),
    // By reference, so that no function sends mail before the set exists.
    mailConfigurationSet: stageSet ? { Ref: 'MailConfigurationSet' } : (ownSet ?? ''),
    mailEvents: stageSet ? mailEvents(stageSet) : {},
    dashboard: dashboard(service, stage, entries),
    domain:
      values.domainName && values.certificateArn ? domain(values.domainName, values.certificateArn) : {},
    permissions: { extensions: permissions(entries, { ...mail, tracing: values.tracing, hasProviders }) },
  }
}

/** The API's own address: its domain, or the one that the gateway gives it. */
const ownAddress = (domainName: string | undefined): string | object =>
  domainName
    ? `https://${domainName}`
    : { 'Fn::Sub': `https://\${HttpApi}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}` }
