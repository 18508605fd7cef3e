/**
 * List prices in US dollars, in one place, for us-east-1. Other regions differ: eu-central-1 costs more, partly by some tenths. Of
 * the free tiers only Cognito's is subtracted. Check a price before you rely on it.
 */
export const region = 'us-east-1'

/** AWS's page of each price, and where and when the figure was read. Scripts fill in the figures of these pages. */
export const sources = {
  lambda: {
    page: 'https://aws.amazon.com/lambda/pricing/',
    quotedBy: 'https://cloudchipr.com/blog/aws-lambda-pricing (arm64), the page itself (requests)',
    read: '2026-09-20',
  },
  apiGateway: {
    page: 'https://aws.amazon.com/api-gateway/pricing/',
    quotedBy: "the page's own examples",
    read: '2026-09-20',
  },
  dynamodb: {
    page: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    quotedBy: 'https://airbyte.com/data-engineering-resources/dynamodb-pricing (units)',
    read: '2025-07-21',
  },
  cloudWatch: {
    page: 'https://aws.amazon.com/cloudwatch/pricing/',
    quotedBy: 'https://cloudburn.io/blog/amazon-cloudwatch-pricing',
    read: '2026-05-05',
  },
  ses: {
    page: 'https://aws.amazon.com/ses/pricing/',
    quotedBy: 'https://www.acecloudinterviews.com/tutorials/aws/ses/',
    read: '2026-05-05',
  },
  cognito: {
    page: 'https://aws.amazon.com/cognito/pricing/',
    quotedBy: "the page's own examples",
    read: '2026-09-20',
  },
} as const

const MILLION = 1_000_000

/** A price that falls with the quantity. Each step ends at `upTo`. The last one has no end. */
export type Tiers = readonly { readonly upTo: number; readonly each: number }[]

export const prices = {
  lambda: {
    request: 0.2 / MILLION,
    /** arm64, the first 7.5 thousand million a month. */
    gbSecond: 0.0000133334,
  },
  /** HTTP API, requests of up to 512 KB. */
  apiGateway: [
    { upTo: 300 * MILLION, each: 1.0 / MILLION },
    { upTo: Number.POSITIVE_INFINITY, each: 0.9 / MILLION },
  ],
  dynamodb: {
    writeUnit: 0.625 / MILLION,
    readUnit: 0.125 / MILLION,
    gbMonth: 0.25,
    /** Point-in-time recovery, only for the table of users. */
    recoveryGbMonth: 0.2,
  },
  cloudWatch: {
    /** Standard class. Lines of Lambda cost less beyond 10 TB. */
    logGb: 0.5,
    metric: 0.3,
    /** For each metric that an alarm watches. */
    alarmMetric: 0.1,
    dashboard: 3,
  },
  /** Without one of the plans of 2026. */
  ses: { mail: 0.1 / 1000 },
  /** Standard parameters, their reads and the key `aws/ssm` are free. Each value that it decrypts costs. */
  kms: { request: 0.03 / 10_000 },
  /** Out to the internet. The first 100 GB of an account are free, but not subtracted here. */
  transferGb: 0.09,
  /** Per user who signs up, logs in or refreshes in the month. Mails, SMS and machine-to-machine tokens cost extra. */
  cognito: {
    lite: [
      { upTo: 10_000, each: 0 },
      { upTo: 100_000, each: 0.0055 },
      // Beyond a million the price falls again.
      { upTo: Number.POSITIVE_INFINITY, each: 0.0046 },
    ],
    essentials: [
      { upTo: 10_000, each: 0 },
      { upTo: Number.POSITIVE_INFINITY, each: 0.015 },
    ],
  },
} as const satisfies Record<string, object | number>

/** What a quantity costs, step by step. */
export function tiered(tiers: Tiers, quantity: number): number {
  let from = 0
  let sum = 0
  for (const { upTo, each } of tiers) {
    sum += Math.max(0, Math.min(quantity, upTo) - from) * each
    from = upTo
  }
  return sum
}
