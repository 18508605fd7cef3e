import { settings } from '../../lib/config.ts'
import { readProviders } from '../../lib/provider-rows.ts'
import { contradictions } from '../../lib/setting-contradictions.ts'
import { type Env, readSettings, type ValuesOf } from '../../lib/settings-table.ts'
import { deploySettings, problemsOfNames, stageProblem } from './settings.ts'

/** Whether a stage keeps its users. Only the stages for development do not. */
export const keepsUsers = (stage: string): boolean => stage !== 'dev' && stage !== 'local'

/** Stands for an issuer that is not set. It will be the gateway's own address, which the first deployment creates. */
const ownAddress = 'https://own.example'

/** Every problem with the settings of a deployment. A sentence names the setting, never its value. */
export function problemsOf(stage: string, env: Env): readonly string[] {
  const given = { ...env, ISSUER: env.ISSUER?.trim() || ownAddress }
  const { values, problems } = readSettings(deployed, given)
  const stageIs = stageProblem(stage)
  return [
    ...(stageIs ? [stageIs] : []),
    ...problems,
    ...contradictions(given),
    ...readProviders(given).problems,
    ...problemsOfDeploySettings(env),
    ...(stageIs ? [] : problemsOfNames(stage, env)),
    ...(keepsUsers(stage) ? problemsForUsers(values, given) : []),
  ]
}

const deployed = Object.fromEntries(
  Object.entries(settings).filter(([, row]) => !('localOnly' in row)),
) as unknown as typeof settings

function problemsOfDeploySettings(env: Env): string[] {
  const { problems } = readSettings(deploySettings, env)
  const has = (name: string) => Boolean(env[name]?.trim())
  if (has('DOMAIN_NAME') !== has('CERTIFICATE_ARN'))
    problems.push('DOMAIN_NAME and CERTIFICATE_ARN must be set together')
  for (const name of ['CERTIFICATE_ARN', 'ALARM_TOPIC_ARN']) {
    const region = env[name]?.trim().split(':')[3]
    if (region && env.AWS_REGION && region !== env.AWS_REGION)
      problems.push(`${name} must be of the region that is deployed to`)
  }
  if (has('ALARM_TOPIC_ARN') && has('ALARM_EMAIL'))
    problems.push('ALARM_EMAIL makes a topic of its own: set it or ALARM_TOPIC_ARN')
  return problems
}

/** Settings that suffice for development, but not for real users. */
function problemsForUsers({ allowedOrigins, ...values }: ValuesOf<typeof settings>, env: Env): string[] {
  const problems: string[] = []
  if (allowedOrigins?.length === 0 && !values.pages)
    problems.push('ALLOWED_ORIGINS must be set: no page could use the API with its cookie')
  if (allowedOrigins?.some(isInsecure)) problems.push('ALLOWED_ORIGINS must be https, and not localhost')
  if (values.socialRedirects?.some(isInsecure))
    problems.push('SOCIAL_REDIRECTS must be https, and not localhost')
  const addresses = {
    ISSUER: values.issuer,
    LINK_BASE_URL: values.linkBaseUrl,
    PWNED_PASSWORDS_URL: values.pwnedPasswordsUrl,
  }
  for (const [name, address] of Object.entries(addresses)) {
    if (address && isInsecure(address)) problems.push(`${name} must be https, and not localhost`)
  }
  // Other services fetch the keys from the issuer.
  if (values.trustedProxySecrets?.length > 0 && env.ISSUER === ownAddress && !env.DOMAIN_NAME?.trim())
    problems.push(
      'TRUSTED_PROXY_SECRET_HASH needs DOMAIN_NAME or ISSUER: requests to the gateway’s own address do not pass the proxy',
    )
  if (!env.MAIL_FROM?.trim() && env.REQUIRE_VERIFIED_EMAIL?.trim() !== 'false')
    problems.push('MAIL_FROM must be set, unless REQUIRE_VERIFIED_EMAIL=false says that no mail is sent')
  return problems
}

function isInsecure(address: string): boolean {
  const { protocol, hostname } = new URL(address)
  return protocol !== 'https:' || /^(?:.+\.)?localhost$|^127\.|^\[::1\]$/.test(hostname)
}
