import type { Config } from '../../../lib/config.ts'
import type { Seconds } from '../../../lib/domain/lifetimes.ts'
import { identitiesOf } from '../../deploy/permissions-from-settings.ts'
import type { Table } from '../../generate/tables-yml.ts'
import { sentenceOf } from '../command.ts'
import type { Aws } from './aws.ts'
import { doubtful, type Finding, fine, wrong } from './finding.ts'
import { keyChecks } from './keys.ts'

type StageTable = Pick<Table, 'name' | 'ttl' | 'hasStream'>

export interface Deployed extends Pick<Config, 'mailFrom' | 'keyRotationDays'> {
  readonly tables: readonly StageTable[]
  /** Where clients find the API, if that is known. */
  readonly publicAddress: string | undefined
  readonly hasProxy: boolean
  readonly now: Seconds
}

/** Checks the resources of a stage. */
export async function findingsOf(aws: Aws, deployed: Deployed): Promise<Finding[]> {
  const { tables, mailFrom, hasProxy, publicAddress, now } = deployed
  const settled = await Promise.allSettled([
    ...keyChecks(aws, deployed),
    ...tables.map((each) => table(aws, each)),
    ...(mailFrom ? [mail(aws, mailFrom)] : []),
    clock(aws, now),
    ...(hasProxy ? [bypass(aws)] : []),
    ...(hasProxy && publicAddress ? [proxy(aws, publicAddress)] : []),
  ])
  const found = settled.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
  // The same error often stops several checks: tell it once.
  const failed = new Set(
    settled.flatMap((each) => (each.status === 'rejected' ? sentenceOf(each.reason) : [])),
  )
  const unasked = [...failed].map((why) =>
    wrong(`AWS could not be asked: ${why}`, 'Check credentials, region and permissions'),
  )
  return [...found, ...unasked]
}

async function table(aws: Aws, { name, ttl, hasStream }: StageTable): Promise<Finding> {
  const found = await aws.table(name)
  if (!found) return wrong(`There is no table ${name}`, 'Deploy first: npx serverless deploy --stage <stage>')
  if (ttl && found.ttl !== ttl)
    return wrong(`${name} does not forget by ${ttl}: it will only grow`, 'Deploy again, or switch TTL on')
  if (found.ttl !== ttl)
    return wrong(`${name} forgets by ${found.ttl}: it must keep its items`, 'Switch TTL off')
  if (hasStream && !found.hasStream)
    return wrong(`${name} has no stream: no mail will be sent`, 'Deploy again')
  return fine(ttl ? `${name} forgets by ${ttl}` : `${name} keeps its items`)
}

async function mail(aws: Aws, from: string): Promise<Finding> {
  const domain = from.slice(from.indexOf('@') + 1)
  const identities = (await Promise.all(identitiesOf(from).map(aws.identity))).filter(
    (each) => each !== undefined,
  )
  if (!identities.some(({ isVerified }) => isVerified))
    return wrong(
      identities.length > 0 ? 'The sender is not yet verified in SES' : 'SES does not know the sender',
      `Verify ${domain} in SES: aws sesv2 create-email-identity --email-identity ${domain}`,
    )
  const { isSandbox, maySend } = await aws.account()
  if (!maySend)
    return wrong('SES has stopped this account from sending', 'See its reputation in the SES console')
  if (!isSandbox) return fine('SES sends for the sender')
  return doubtful(
    'SES keeps this account in the sandbox: most mail does not arrive',
    'Ask for production access: docs/deploy.md, step 4',
  )
}

async function clock(aws: Aws, now: Seconds): Promise<Finding> {
  const apart = Math.abs((await aws.time()) - now)
  if (apart <= 30) return fine('The local clock agrees with AWS')
  return doubtful(
    `The local clock differs from AWS by ${apart} s: keys created here sign too early or too late`,
    'Set the local clock',
  )
}

async function bypass(aws: Aws): Promise<Finding> {
  const address = await aws.gateway()
  if (!address) return wrong('There is no gateway', 'Deploy first: npx serverless deploy --stage <stage>')
  const answer = await aws.health(address)
  if (isUntrusted(answer)) return fine('Requests that bypass the proxy are refused')
  return wrong(
    `A request that bypasses the proxy is answered ${answer.status}, and not refused`,
    'Deploy with TRUSTED_PROXY_SECRET_HASH',
  )
}

async function proxy(aws: Aws, address: string): Promise<Finding> {
  const answer = await aws.health(address).catch(() => undefined)
  if (answer?.status === 200) return fine(`${address} leads through the proxy`)
  const says = !answer
    ? 'does not answer'
    : isUntrusted(answer)
      ? 'is refused: it does not lead through the proxy, or the proxy does not send its secret or the viewer address'
      : `is answered ${answer.status}`
  return wrong(`${address} ${says}`, 'See docs/cloudfront.md')
}

const isUntrusted = ({ status, code }: { status: number; code: unknown }) =>
  status === 403 && code === 'untrusted_proxy'
