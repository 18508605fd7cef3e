import { allow, arn } from '../generate/policies.ts'
import { type Entry, providerNeedsOf } from '../generate/registry.ts'
import { policiesOf, roleName, statementsOf } from '../generate/roles.ts'

interface Permitting {
  readonly mailFrom: string | undefined
  readonly mailConfigurationSet: string | undefined
  readonly tracing: boolean
  readonly hasProviders: boolean
}

/** The policies of the roles that may do more than functions.yml says, because a setting asks for it. */
export function permissions(entries: readonly Entry[], settings: Permitting): object {
  const { mailFrom, mailConfigurationSet, tracing, hasProviders } = settings
  const extended = entries.flatMap((entry) => {
    const sends = mailFrom && entry.contract.needs?.includes('mail:SendEmail')
    const more = [
      ...(hasProviders ? statementsOf(providerNeedsOf(entry), `${entry.file}.ts`) : []),
      ...(sends ? [sendingFrom(mailFrom, mailConfigurationSet)] : []),
      // X-Ray has no resources.
      ...(tracing ? [allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*')] : []),
    ]
    return more.length > 0 ? [[roleName(entry), { Properties: { Policies: policiesOf(entry, more) } }]] : []
  })
  return Object.fromEntries(extended)
}

/** Mail from one address only. SES also asks about the configuration set that goes with it. */
function sendingFrom(address: string, configurationSet: string | undefined): object {
  const resources = identitiesOf(address).map((identity) => `identity/${identity}`)
  if (configurationSet) resources.push(`configuration-set/${configurationSet}`)
  return allow(
    ['ses:SendEmail'],
    resources.map((resource) => arn('ses', resource)),
    { StringEquals: { 'ses:FromAddress': address } },
  )
}

/** The identities of which SES must have verified one: the address, its domain, or a domain above that. */
export function identitiesOf(address: string): readonly string[] {
  const labels = address.slice(address.indexOf('@') + 1).split('.')
  return [address, ...labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'))]
}
