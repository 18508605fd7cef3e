import { policiesOf, roleName } from '../generate/functions-yml.ts'
import type { Entry } from '../generate/registry.ts'

interface Granting {
  readonly mailFrom: string | undefined
  readonly mailConfigurationSet: string | undefined
  readonly tracing: boolean
}

/** What roles may do beyond what stands in functions.yml, as it depends on settings; nothing where these are not set. */
export function permissions(
  entries: readonly Entry[],
  { mailFrom, mailConfigurationSet, tracing }: Granting,
): object {
  const extended = entries.flatMap((entry) => {
    const sends = mailFrom && entry.contract.needs?.includes('mail:SendEmail')
    const sending = sends ? [sendingFrom(mailFrom, mailConfigurationSet)] : []
    const more = [...sending, ...(tracing ? [writingTraces] : [])]
    return more.length > 0 ? [[roleName(entry), { Properties: { Policies: policiesOf(entry, more) } }]] : []
  })
  return Object.fromEntries(extended)
}

/** What SES may have verified for an address to send from: itself, its domain, or a domain above that. */
export function identitiesOf(address: string): readonly string[] {
  const labels = address.slice(address.indexOf('@') + 1).split('.')
  return [address, ...labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'))]
}

/** Mail from the one address. Where a configuration set goes with it, SES asks about that one too. */
export function sendingFrom(address: string, configurationSet: string | undefined) {
  const resources = identitiesOf(address).map((identity) => `identity/${identity}`)
  if (configurationSet) resources.push(`configuration-set/${configurationSet}`)
  return {
    Effect: 'Allow',
    Action: ['ses:SendEmail'],
    Resource: resources.map((resource) => ({
      'Fn::Sub': `arn:\${AWS::Partition}:ses:\${AWS::Region}:\${AWS::AccountId}:${resource}`,
    })),
    Condition: { StringEquals: { 'ses:FromAddress': address } },
  }
}

/** X-Ray knows no resources. */
export const writingTraces = {
  Effect: 'Allow',
  Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
  Resource: '*',
}
