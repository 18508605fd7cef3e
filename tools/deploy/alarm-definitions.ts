import type { Entry } from '../generate/registry.ts'
import {
  droppedRecords,
  failures,
  failureTypes,
  type Logged,
  type Metric,
  ofApi,
  ofSes,
  tables,
  throttled,
} from './metrics.ts'

export interface Alarm {
  /** What happened, and where to look. */
  readonly about: string
  readonly metrics: readonly Metric[]
  /** Over `m1`, `m2` ...; by default their sum. */
  readonly expression?: string
  /** The alarm goes off when this is reached within five minutes. */
  readonly threshold: number
  /** The alarm keeps its state when no new point arrives. */
  readonly keepsState?: true
}

/** Every alarm by its id. Lambda's own count of errors is not watched, because it contains every refused token. */
export function alarmsOf(logged: Logged, entries: readonly Entry[]): Readonly<Record<string, Alarm>> {
  const wrong = logged('login.failed:unknown_email', 'login.failed:wrong_password', 'secret.refused')
  const ofFailures = failureTypes.map((type) => [
    type.replaceAll(/(?:^|[._])(\w)/g, (_, initial: string) => initial.toUpperCase()),
    {
      about: `Lines of type ${type} in the logs of the functions say what failed.`,
      metrics: logged(type),
      threshold: failures[type],
    },
  ])
  const ofThrottles = [...Map.groupBy(tables, ({ id }) => id)].map(([id, places]) => [
    `${id}Throttles`,
    {
      about: `DynamoDB turned requests to ${id} away: callers were told 503.`,
      metrics: throttled(places),
      threshold: 1,
    },
  ])
  return {
    ServerErrors: {
      about: '5 % of requests or more were answered 5xx: see the access log, and the log of the route.',
      metrics: [ofApi('5xx'), ofApi('Count')],
      expression: 'IF(m1 >= 5, 100 * m1 / m2, 0)',
      threshold: 5,
    },
    TokenReuse: {
      about:
        'Old refresh tokens came back, which ended their sessions: a thief, or a client that keeps old tokens.',
      metrics: logged('session.reuse_detected'),
      // The smoke test of a deployment causes one.
      threshold: 2,
    },
    Lockouts: {
      about:
        'Many accounts or attempts were locked: somebody may be guessing passwords. See login.failed by ip.',
      metrics: logged('login.locked'),
      threshold: 20,
    },
    // One guess per account locks none. The sum shows such guesses; on a stage with many users, the ratio does.
    FailedAttempts: {
      about:
        'Many passwords, codes, links or refresh tokens were wrong: see login.failed and secret.refused by ip.',
      metrics: wrong,
      threshold: 100,
    },
    FailureRatio: {
      about:
        'Half of all attempts to log in failed, and 20 at least: see login.failed and secret.refused by ip.',
      metrics: [...wrong, ...logged('login.succeeded')],
      expression: `IF(${sumOf(3)} >= 20, 100 * ${sumOf(3)} / ${sumOf(4)}, 0)`,
      threshold: 50,
    },
    MailsGivenUp: {
      about: 'A mail will never arrive: see mail.failed, mail.rejected and mail.lost in the logs.',
      metrics: [...droppedRecords(entries), ...logged('mail.rejected', 'mail.lost')],
      threshold: 1,
    },
    ...Object.fromEntries([...ofFailures, ...ofThrottles]),
  }
}

/**
 * SES reviews an account if 5 % of its mails bounce or 0.1 % are called spam, and may then stop all its mail. Both rates cover
 * the whole account and a volume that SES chooses. New points arrive irregularly.
 */
export const reputation: Readonly<Record<string, Alarm>> = {
  MailBounceRate: {
    about:
      'Of the mails of this AWS account 3 % bounced; at 5 % SES reviews it. See mail.bounced and mail.sent.',
    metrics: [ofSes('Reputation.BounceRate')],
    expression: 'm1',
    threshold: 0.03,
    keepsState: true,
  },
  MailComplaintRate: {
    about:
      'Of the mails of this AWS account 0.05 % were called spam; at 0.1 % SES reviews it. See mail.complained.',
    metrics: [ofSes('Reputation.ComplaintRate')],
    expression: 'm1',
    threshold: 0.0005,
    keepsState: true,
  },
}

/** The sum of the first metrics. An alarm on a DynamoDB metric would keep its state without new points, so gaps count 0. */
export function sumOf(count: number): string {
  const filled = Array.from({ length: count }, (_, index) => `FILL(m${index + 1}, 0)`)
  return count === 1 ? `${filled[0]}` : `SUM([${filled.join(', ')}])`
}
