import { DeleteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { EmailJob } from '../domain/email-jobs.ts'
import type { EmailJobs } from '../domain/ports.ts'
import type { TableNames } from '../domain/table-names.ts'
import { withRetries } from './client.ts'
import { type Check, fieldsOf, oneOf, optional, text, whole } from './item-checks.ts'
import { emailJobKey, MAIL_PREFIX } from './item-keys.ts'

type Shape<T extends EmailJob['type']> = Record<
  Exclude<keyof Extract<EmailJob, { type: T }>, 'type'>,
  Check<unknown>
>
const withheld: Check<unknown> = (value) => value === undefined || value === true
const identityChanged = { userId: text, at: whole, provider: text, accountName: optional(text) }
const shapes: { readonly [T in EmailJob['type']]: Shape<T> } = {
  signed_up: { userId: text, withheld },
  sign_up_attempted: { email: text, passwordHash: optional(text), withheld },
  verification_requested: { email: text },
  reset_requested: { email: text },
  reset_started: { userId: text },
  email_change_undone: { userId: text },
  social_code_requested: { linkSessionHash: text, email: text, locale: text },
  reauthentication_requested: { userId: text, sessionId: text },
  email_login_requested: { email: text, challengeHash: text },
  email_change_requested: { userId: text, newEmail: text, sessionVersion: whole, at: optional(whole) },
  first_factor_added: { userId: text, at: whole },
  factor_undone: { userId: text },
  factors_reset: { userId: text },
  new_device: {
    userId: text,
    at: whole,
    device: text,
    sessionVersion: optional(whole),
    userAgent: text,
    ip: text,
  },
  password_changed: { userId: text, at: whole },
  email_changed: { userId: text, at: whole, email: text, locale: optional(text), newEmail: text },
  token_reused: { userId: text, at: whole },
  factor_added: { userId: text, at: whole, factor: oneOf('totp', 'passkey') },
  factor_removed: { userId: text, at: whole, factor: oneOf('totp', 'passkey') },
  identity_linked: identityChanged,
  identity_unlinked: identityChanged,
  recovery_code_used: { userId: text, at: whole, left: whole },
  second_factor_failed: { userId: text, at: whole },
  account_deleted: {
    userId: text,
    at: whole,
    email: text,
    locale: optional(text),
    by: oneOf('owner', 'administrator'),
  },
}

const isKnown = (type: unknown): type is EmailJob['type'] =>
  typeof type === 'string' && Object.hasOwn(shapes, type)

function jobOf(value: unknown): EmailJob {
  const job = (value ?? {}) as Record<string, unknown>
  if (!isKnown(job.type)) throw new Error('A stored email job has no usable type')
  return { type: job.type, ...fieldsOf('email job', job, shapes[job.type]) } as EmailJob
}

/** Email jobs from the stream of the session table. */
export function dynamoEmailJobs(
  client: DynamoDBDocumentClient,
  { sessionsTable: TableName }: Pick<TableNames, 'sessionsTable'>,
): EmailJobs {
  return {
    read(record) {
      const { dynamodb } = record as { dynamodb?: { NewImage?: Parameters<typeof unmarshall>[0] } }
      const item = unmarshall(dynamodb?.NewImage ?? {})
      const { pk, expiresAt } = fieldsOf('email job', item, { pk: text, expiresAt: whole })
      return { id: pk.slice(MAIL_PREFIX.length), job: jobOf(item.job), expiresAt }
    },
    async forget(id) {
      await withRetries(() => client.send(new DeleteCommand({ TableName, Key: emailJobKey(id) })))
    },
  }
}
