import { policiesOf, roleName } from '../contract/functions-yml.ts'
import type { Entry } from '../contract/registry.ts'

/** What roles may do beyond what stands in functions.yml, as it depends on settings; nothing where these are not set. */
export function permissions(
  entries: readonly Entry[],
  { mailFrom, tracing }: { readonly mailFrom: string | undefined; readonly tracing: boolean },
): object {
  const extended = entries.flatMap((entry) => {
    const sends = mailFrom && entry.contract.needs?.includes('mail:SendEmail')
    const more = [...(sends ? [sendingFrom(mailFrom)] : []), ...(tracing ? [writingTraces] : [])]
    return more.length > 0 ? [[roleName(entry), { Properties: { Policies: policiesOf(entry, more) } }]] : []
  })
  return Object.fromEntries(extended)
}

/** Mail from the one address, whether SES has verified it, its domain, or a domain above that. */
function sendingFrom(address: string): object {
  const labels = address.slice(address.indexOf('@') + 1).split('.')
  const domains = labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'))
  const identities = [address, ...domains]
  return {
    Effect: 'Allow',
    Action: ['ses:SendEmail'],
    Resource: identities.map((identity) => ({
      'Fn::Sub': `arn:\${AWS::Partition}:ses:\${AWS::Region}:\${AWS::AccountId}:identity/${identity}`,
    })),
    Condition: { StringEquals: { 'ses:FromAddress': address } },
  }
}

/** X-Ray knows no resources. */
const writingTraces = {
  Effect: 'Allow',
  Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
  Resource: '*',
}
