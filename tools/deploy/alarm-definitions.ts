import { mappingName } from '../generate/functions-yml.ts'
import { type Entry, isStream } from '../generate/registry.ts'
import { dropped, events, failures, type Metric, ofApi, ofSes, ofTable, tables } from './metrics.ts'

export interface Alarm {
  /** What has happened, and where to look. */
  readonly about: string
  readonly metrics: readonly Metric[]
  /** Over `m1`, `m2` ...; without it, their sum. */
  readonly expression?: string
  /** What is reached within five minutes. */
  readonly threshold: number
  /** Stays as it is where nothing new comes. */
  readonly keepsState?: true
}

/** What someone should be told of, by logical id; Lambda's own count of errors holds every token that was refused. */
export function alarmsOf(
  service: string,
  stage: string,
  entries: readonly Entry[],
  sendsMail: boolean,
): Record<string, Alarm> {
  const event = events(`${service}-${stage}`)
  const failedAttempts = [
    event('login.failed', 'unknown_email'),
    event('login.failed', 'wrong_password'),
    event('secret.refused'),
  ]
  return {
    ServerErrorsAlarm: {
      about: '5 % of requests or more were answered 5xx: see the access log, and the log of the route.',
      metrics: [ofApi('5xx', 'Sum'), ofApi('Count', 'Sum')],
      expression: 'IF(m1 >= 5, 100 * m1 / m2, 0)',
      threshold: 5,
    },
    TokenReuseAlarm: {
      about:
        'Old refresh tokens came back, which ended their sessions: a thief, or a client that keeps old tokens.',
      metrics: [event('session.reuse_detected')],
      // The smoke test of a deployment makes one.
      threshold: 2,
    },
    LockoutsAlarm: {
      about:
        'Many accounts or attempts were locked: somebody may be guessing passwords. See login.failed by ip.',
      metrics: [event('login.locked')],
      threshold: 20,
    },
    // One guess per account locks none: the sum shows it, and on a stage of many users the share of what fails.
    FailedAttemptsAlarm: {
      about:
        'Many passwords, codes, links or refresh tokens were wrong: see login.failed and secret.refused by ip.',
      metrics: failedAttempts,
      threshold: 100,
    },
    FailureRatioAlarm: {
      about:
        'Half of all attempts to log in failed, and 20 at least: see login.failed and secret.refused by ip.',
      metrics: [...failedAttempts, event('login.succeeded')],
      expression: `IF(${sumOf(1, 3)} >= 20, 100 * ${sumOf(1, 3)} / ${sumOf(1, 4)}, 0)`,
      threshold: 50,
    },
    MailsGivenUpAlarm: {
      about: 'A mail will never arrive: see mail.failed, mail.rejected and mail.lost in the logs.',
      metrics: [
        ...entries.filter(isStream).map((entry) => dropped(mappingName(entry))),
        event('mail.rejected'),
        event('mail.lost'),
      ],
      threshold: 1,
    },
    ...(sendsMail && reputation),
    ...Object.fromEntries(
      Object.entries(failures).map(([type, threshold]) => [
        `${type.replaceAll(/(?:^|[._])(\w)/g, (_, initial: string) => initial.toUpperCase())}Alarm`,
        {
          about: `Lines of type ${type} in the logs of the functions say what failed.`,
          metrics: [event(type as keyof typeof failures)],
          threshold,
        },
      ]),
    ),
    ...Object.fromEntries(
      [...Map.groupBy(tables, ({ id }) => id)].map(([id, places]) => [
        `${id}ThrottlesAlarm`,
        {
          about: `DynamoDB turned requests to ${id} away: callers were told 503.`,
          metrics: places.flatMap(({ index }) =>
            ['ReadThrottleEvents', 'WriteThrottleEvents'].map((name) => ofTable(id, name, index)),
          ),
          threshold: 1,
        },
      ]),
    ),
  }
}

/**
 * SES reviews an account whose mails bounce at 5 % or are called spam at 0.1 %, and may then stop all its mail. Both are
 * rates of the whole account, over a volume that SES chooses, and come only now and then.
 */
const reputation: Record<string, Alarm> = {
  MailBounceRateAlarm: {
    about:
      'Of the mails of this AWS account 3 % bounced; at 5 % SES reviews it. See mail.bounced and mail.sent.',
    metrics: [ofSes('Reputation.BounceRate')],
    expression: 'm1',
    threshold: 0.03,
    keepsState: true,
  },
  MailComplaintRateAlarm: {
    about:
      'Of the mails of this AWS account 0.05 % were called spam; at 0.1 % SES reviews it. See mail.complained.',
    metrics: [ofSes('Reputation.ComplaintRate')],
    expression: 'm1',
    threshold: 0.0005,
    keepsState: true,
  },
}

/** The sum of some metrics. An alarm on a metric of DynamoDB would stay as it is where nothing more comes: so each is filled. */
export function sumOf(first: number, last: number): string {
  const filled = Array.from({ length: last - first + 1 }, (_, index) => `FILL(m${first + index}, 0)`)
  return filled.length === 1 ? `${filled[0]}` : `SUM([${filled.join(', ')}])`
}
