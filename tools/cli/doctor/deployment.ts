import { identitiesOf } from '../../deploy/permissions-from-settings.ts'
import { sentenceOf } from '../command.ts'
import { doubtful, type Finding, fine, wrong } from './finding.ts'
import { keyChecks, type ListKeys } from './keys.ts'
import { type Gateway, proxyCheck } from './proxy.ts'

/** Questions to AWS, asked with the caller's credentials. Each throws if AWS does not answer it. */
export interface Aws {
  /** The keys below a path of the stage; no secret is decrypted. */
  readonly listed: ListKeys
  /** The TTL attribute of a table, and whether it has a stream; `undefined` if there is no such table. */
  table(name: string): Promise<{ readonly ttl: string | undefined; readonly hasStream: boolean } | undefined>
  /** An address or a domain that SES may send for; `undefined` if SES does not know it. */
  identity(name: string): Promise<Identity | undefined>
  account(): Promise<{ readonly isSandbox: boolean; readonly maySend: boolean }>
  readonly gateway: Gateway
  /** The time at AWS in epoch seconds. */
  time(): Promise<number>
}

/** Its default configuration set does not matter: the mail function names one in each request. */
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

/** Checks the resources of a stage. */
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
  // The same error often stops several checks: tell it once.
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
        identities.length > 0 ? 'The sender is not yet verified in SES' : 'SES does not know the sender',
        `Verify ${domain} in SES: aws sesv2 create-email-identity --email-identity ${domain}`,
      ),
    ]
  const { isSandbox, maySend } = await aws.account()
  if (!maySend)
    return [wrong('SES has stopped this account from sending', 'See its reputation in the SES console')]
  if (isSandbox)
    return [
      doubtful(
        'SES keeps this account in the sandbox: most mail does not arrive',
        'Ask for production access: docs/deploy.md, step 4',
      ),
    ]
  return [fine('SES sends for the sender')]
}

async function clock(aws: Aws, now: number): Promise<Finding[]> {
  const apart = Math.abs((await aws.time()) - now)
  if (apart <= 30) return [fine('The local clock agrees with AWS')]
  return [
    doubtful(
      `The local clock differs from AWS by ${apart} s: keys created here sign too early or too late`,
      'Set the local clock',
    ),
  ]
}
