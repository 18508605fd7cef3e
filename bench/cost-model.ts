/** Longer than 150 lines, because it is one page: what a user does, what each call takes, and the bill that follows. */

import { contract as forgotContract } from '../functions/auth/forgot-password.ts'
import { contract as loginContract } from '../functions/auth/login.ts'
import { contract as refreshContract } from '../functions/auth/refresh.ts'
import { contract as authorizerContract } from '../functions/authorizer/access-token.ts'
import { contract as deliverContract } from '../functions/mail/send.ts'
import { roundTripsOf, units } from '../tools/testing/units.ts'
import { prices, region, sources, tiered } from './prices.ts'

/** What one user does in a month. Change it to what your users do. */
export const behaviour = {
  logins: 8,
  refreshes: 300,
  /** Requests to protected routes, each with an access token. */
  authorized: 2000,
  mails: 1,
  /** Cost of a password hash: the setting BCRYPT_COST. */
  bcryptCost: 12,
}

/** Assumptions. Replace them by what you measure: CloudWatch has the durations, and `npm run bench` prints the CPU time. */
export const assumed = {
  /** One round trip to DynamoDB, which Lambda bills while it waits. */
  roundTripMs: 4,
  /** Measured on one core, Node 24: bcryptjs by its cost. */
  hashMs: { 10: 65, 11: 130, 12: 258 } as Readonly<Record<number, number>>,
  /** The log lines that Lambda itself writes for each call. */
  platformLogBytes: 320,
  accessLogBytes: 350,
  /** A `login.succeeded`. */
  eventLogBytes: 406,
  responseBytes: 2000,
  /** The busiest hour over the average one. */
  peak: 4,
  /** SecureStrings that an instance for login or refresh reads in an hour: 5 secrets, every three to four minutes. */
  secretReadsPerHour: 17 * 5,
  userBytes: 2000,
  sessionBytes: 500,
  /** Metrics that a stage counts in a month, and those that its alarms watch. */
  metrics: 30,
  alarmMetrics: 30,
}

/** The MB of memory with which Lambda gives a function one whole core. */
const VCPU = 1769

/** One call of one function. */
interface Call {
  readonly memory: number
  /** CPU time on a whole core. With less memory, a function has a smaller share of it. */
  readonly cpuMs: number
  /** Round trips to DynamoDB in sequence. */
  readonly roundTrips: number
  readonly readUnits: number
  readonly writeUnits: number
  /** Whether Cardea causes the gateway's request. */
  readonly viaGateway: boolean
  readonly logBytes: number
  readonly responseBytes: number
}

const { platformLogBytes, accessLogBytes, eventLogBytes, responseBytes } = assumed
const ownRequest = { viaGateway: true, logBytes: platformLogBytes + accessLogBytes, responseBytes }

/** The memory of a function whose contract names none. */
const DEFAULT_MEMORY = 512
const memoryOf = (contract: object): number =>
  'memory' in contract ? Number(contract.memory) : DEFAULT_MEMORY

export const login = (bcryptCost: number): Call => ({
  ...units.login,
  ...ownRequest,
  memory: memoryOf(loginContract),
  cpuMs: (assumed.hashMs[bcryptCost] ?? Number.NaN) + 8,
  roundTrips: roundTripsOf.authLogin,
  logBytes: ownRequest.logBytes + eventLogBytes,
})
export const refresh: Call = {
  ...units.refresh,
  ...ownRequest,
  memory: memoryOf(refreshContract),
  cpuMs: 2.5,
  roundTrips: roundTripsOf.authRefresh,
}
/** What Cardea adds to a protected request. The application pays for its gateway and its handler with any issuer. */
export const authorized: Call = {
  ...units.authorizer,
  memory: memoryOf(authorizerContract),
  cpuMs: 1,
  roundTrips: roundTripsOf.authorizerAccessToken,
  viaGateway: false,
  logBytes: platformLogBytes,
  responseBytes: 0,
}
const mailRequest: Call = {
  ...units.mailRequest,
  ...ownRequest,
  memory: memoryOf(forgotContract),
  cpuMs: 2.5,
  roundTrips: roundTripsOf.authForgotPassword,
}
const mailSend: Call = {
  ...units.mail,
  memory: memoryOf(deliverContract),
  cpuMs: 5,
  // SES takes about as long as ten round trips to DynamoDB.
  roundTrips: roundTripsOf.mailSend + 10,
  viaGateway: false,
  logBytes: platformLogBytes + eventLogBytes,
  responseBytes: 0,
}

const GB = 1e9
export const billedMs = ({ cpuMs, memory, roundTrips }: Call): number =>
  cpuMs * Math.max(1, VCPU / memory) + roundTrips * assumed.roundTripMs

/** Dollars of one call, without the gateway, whose price depends on the requests of the whole month. */
function costOf(call: Call) {
  const seconds = billedMs(call) / 1000
  return {
    lambda: prices.lambda.request + (call.memory / 1024) * seconds * prices.lambda.gbSecond,
    waiting: (call.memory / 1024) * ((call.roundTrips * assumed.roundTripMs) / 1000) * prices.lambda.gbSecond,
    dynamodb: call.writeUnits * prices.dynamodb.writeUnit + call.readUnits * prices.dynamodb.readUnit,
    logs: (call.logBytes / GB) * prices.cloudWatch.logGb,
    transfer: (call.responseBytes / GB) * prices.transferGb,
  }
}

export interface Goal {
  readonly name: string
  readonly goal: number
  /** Gateway, Lambda and DynamoDB. */
  readonly dollars: number
  /** The part of these for which Lambda waits for DynamoDB. */
  readonly waiting: number
  /** Not in these: log lines and bytes sent out. */
  readonly besides: number
  readonly holds: boolean
}

/** Dollars per million calls, and the most that they should cost. */
export function goals(): readonly Goal[] {
  const rows = [
    { name: 'login at BCRYPT_COST=10', goal: 5.6, call: login(10) },
    { name: 'refresh', goal: 2.5, call: refresh },
  ]
  return rows.map(({ name, goal, call }) => {
    const million = 1e6
    const { lambda, waiting, dynamodb, logs, transfer } = costOf(call)
    const dollars = tiered(prices.apiGateway, million) + million * (lambda + dynamodb)
    return {
      name,
      goal,
      dollars,
      waiting: million * waiting,
      besides: million * (logs + transfer),
      holds: dollars <= goal,
    }
  })
}

/** The bill of a month in dollars, by purpose. */
export function month(users: number, does = behaviour) {
  const made = [
    { count: users * does.logins, call: login(does.bcryptCost) },
    { count: users * does.refreshes, call: refresh },
    { count: users * does.authorized, call: authorized },
    { count: users * does.mails, call: mailRequest },
    { count: users * does.mails, call: mailSend },
  ]
  const sum = (part: (call: Call) => number) =>
    made.reduce((total, { count, call }) => total + count * part(call), 0)

  const { dynamodb, cloudWatch } = prices
  const usersGb = (users * assumed.userBytes) / GB
  const sessionsGb = (users * does.logins * assumed.sessionBytes) / GB
  const storage = usersGb * (dynamodb.gbMonth + dynamodb.recoveryGbMonth) + sessionsGb * dynamodb.gbMonth
  // Instances of the functions that read secrets. They stay warm all month.
  const hours = 730
  const busy =
    (users * does.logins * billedMs(login(does.bcryptCost)) + users * does.refreshes * billedMs(refresh)) /
    1000
  const instances = Math.max(2, Math.ceil((busy / (hours * 3600)) * assumed.peak))
  const kms = instances * hours * assumed.secretReadsPerHour * prices.kms.request

  const bill = {
    gateway: tiered(
      prices.apiGateway,
      sum(({ viaGateway }) => (viaGateway ? 1 : 0)),
    ),
    lambda: sum((call) => costOf(call).lambda),
    dynamodb: sum((call) => costOf(call).dynamodb) + storage,
    logs: sum((call) => costOf(call).logs),
    mails: users * does.mails * prices.ses.mail,
    transferAndKeys: sum((call) => costOf(call).transfer) + kms,
    alarmsAndMetrics:
      assumed.metrics * cloudWatch.metric +
      assumed.alarmMetrics * cloudWatch.alarmMetric +
      cloudWatch.dashboard,
  }
  return { ...bill, total: Object.values(bill).reduce((total, part) => total + part, 0) }
}

export const cognito = (users: number) => ({
  lite: tiered(prices.cognito.lite, users),
  essentials: tiered(prices.cognito.essentials, users),
})

const dollars = (amount: number) => {
  if (amount === 0) return 'free'
  return amount < 10 ? cents(amount) : `$${Math.round(amount).toLocaleString('en-US')}`
}
const cents = (amount: number) => `$${amount.toFixed(2)}`
const table = (rows: readonly (readonly string[])[]) => {
  const [head = [], ...body] = rows.map((row) => `| ${row.join(' | ')} |`)
  return [head, `|${'---|'.repeat(rows[0]?.length ?? 0)}`, ...body].join('\n')
}

/** The tables of docs/deploy.md. */
export function report(): string {
  const sizes = [1000, 100_000, 1_000_000]
  const bills = sizes.map((users) => ({ users, bill: month(users), rival: cognito(users) }))
  const line = (name: string, part: (of: (typeof bills)[number]) => number) => [
    name,
    ...bills.map((each) => dollars(part(each))),
  ]
  const monthly = table([
    ['a month', ...sizes.map((users) => `${users.toLocaleString('en-US')} users`)],
    line('API Gateway', ({ bill }) => bill.gateway),
    line('Lambda', ({ bill }) => bill.lambda),
    line('DynamoDB', ({ bill }) => bill.dynamodb),
    line('logs', ({ bill }) => bill.logs),
    line('mails', ({ bill }) => bill.mails),
    line('bytes out, KMS', ({ bill }) => bill.transferAndKeys),
    line('metrics, alarms, dashboard', ({ bill }) => bill.alarmsAndMetrics),
    line('**Cardea**', ({ bill }) => bill.total),
    line('Cognito Lite', ({ rival }) => rival.lite),
    line('Cognito Essentials', ({ rival }) => rival.essentials),
  ])
  const perMillion = table([
    [
      'a million',
      'gateway, Lambda, DynamoDB',
      'of it waiting for DynamoDB',
      'logs and bytes out, on top',
      'goal',
      'holds',
    ],
    ...goals().map(({ name, goal, dollars, waiting, besides, holds }) => [
      name,
      cents(dollars),
      cents(waiting),
      cents(besides),
      cents(goal),
      holds ? 'yes' : 'no',
    ]),
  ])
  const { logins, refreshes, authorized, mails, bcryptCost } = behaviour
  const read = Object.values(sources)
    .map((source) => source.read)
    .sort()
  return [
    `A user logs in ${logins} times a month, refreshes ${refreshes} times, sends ${authorized.toLocaleString('en-US')} ` +
      `requests with an access token and is sent ${mails} mail;`,
    `\`BCRYPT_COST=${bcryptCost}\`. List prices of ${region}, read from ${read[0]} to ${read.at(-1)}.`,
    '',
    monthly,
    '',
    perMillion,
  ].join('\n')
}
