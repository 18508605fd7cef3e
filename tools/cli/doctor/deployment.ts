import { identitiesOf } from '../../deploy/permissions.ts'
import { sentenceOf } from '../command.ts'
import { doubtful, type Finding, fine, wrong } from './finding.ts'
import { keyChecks, type ListKeys } from './keys.ts'
import { type Gateway, proxyCheck } from './proxy.ts'

/** What is asked of AWS, with the caller's credentials. Each throws if it cannot be asked. */
export interface Aws {
  /** The keys below a path of the stage; no secret is decrypted. */
  readonly listed: ListKeys
  /** What a table forgets by, and whether it has a stream; `undefined` if there is no such table. */
  table(name: string): Promise<{ readonly ttl: string | undefined; readonly hasStream: boolean } | undefined>
  /** An address or a domain that SES may send for; `undefined` if SES does not know it. */
  identity(name: string): Promise<Identity | undefined>
  account(): Promise<{ readonly isSandbox: boolean; readonly maySend: boolean }>
  readonly gateway: Gateway
  /** What time it is there, in epoch seconds. */
  time(): Promise<number>
}

/** Its own configuration set does not matter: the function that mails names one in each request, which goes before it. */
export interface Identity {
  readonly isVerified: boolean
}

interface Table {
  readonly name: string
  /** The attribute by which TTL takes items, if any. */
  readonly ttl: string | undefined
  readonly hasStream: boolean
}

export interface Deployed {
  readonly tables: readonly Table[]
  readonly mailFrom: string | undefined
  readonly keyRotationDays: number
  /** Where clients find the API, if that is known. */
  readonly publicAddress: string | undefined
  readonly hasProxy: boolean
  readonly now: number
}

/** What of a stage is there, and whether it is as it has to be. */
export async function findingsOf(aws: Aws, deployed: Deployed): Promise<Finding[]> {
  const checks = [
    ...keyChecks(aws.listed, deployed),
    ...deployed.tables.map((each) => table(aws, each)),
    mail(aws, deployed),
    clock(aws, deployed.now),
    ...(deployed.hasProxy ? [proxyCheck(aws.gateway, deployed.publicAddress)] : []),
  ]
  const settled = await Promise.allSettled(checks)
  const found = settled.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
  // What keeps one check from its answer often keeps all.
  const failed = new Set(
    settled.flatMap((each) => (each.status === 'rejected' ? sentenceOf(each.reason) : [])),
  )
  const unasked = [...failed].map((why) =>
    wrong(`AWS could not be asked: ${why}`, 'Check credentials, region and permissions'),
  )
  return [...found, ...unasked]
}

async function table(aws: Aws, { name, ttl, hasStream }: Table): Promise<Finding[]> {
  const found = await aws.table(name)
  if (!found)
    return [wrong(`There is no table ${name}`, 'Deploy first: npx serverless deploy --stage <stage>')]
  if (found.ttl !== ttl)
    return [
      ttl
        ? wrong(`${name} does not forget by ${ttl}: it will only grow`, 'Deploy again, or switch TTL on')
        : wrong(`${name} forgets by ${found.ttl}: it must keep its items`, 'Switch TTL off'),
    ]
  if (hasStream && !found.hasStream)
    return [wrong(`${name} has no stream: no mail will be sent`, 'Deploy again')]
  return [fine(ttl ? `${name} forgets by ${ttl}` : `${name} keeps its items`)]
}

async function mail(aws: Aws, { mailFrom: from }: Deployed): Promise<Finding[]> {
  if (!from) return []
  const domain = from.slice(from.indexOf('@') + 1)
  const asked = await Promise.all(identitiesOf(from).map((name) => aws.identity(name)))
  const identities = asked.filter((each) => each !== undefined)
  const sender = identities.find(({ isVerified }) => isVerified)
  if (!sender)
    return [
      wrong(
        identities.length > 0 ? 'SES waits for the sender to be verified' : 'SES does not know the sender',
        `Verify ${domain} in SES: aws sesv2 create-email-identity --email-identity ${domain}`,
      ),
    ]
  const { isSandbox, maySend } = await aws.account()
  if (!maySend)
    return [wrong('SES has stopped this account from sending', 'See its reputation in the SES console')]
  if (isSandbox)
    return [
      doubtful(
        'SES keeps this account in the sandbox: expect no mail to arrive',
        'Ask for production access: docs/deploy.md, step 4',
      ),
    ]
  return [fine('SES sends for the sender')]
}

async function clock(aws: Aws, now: number): Promise<Finding[]> {
  const apart = Math.abs((await aws.time()) - now)
  if (apart <= 30) return [fine('The clock here is that of AWS')]
  return [
    doubtful(
      `The clock here is ${apart} s from that of AWS: keys made here sign at another time`,
      'Set the clock',
    ),
  ]
}
