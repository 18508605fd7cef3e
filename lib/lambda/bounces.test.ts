import { handler } from '../../functions/mail/bounces.ts'
import { capturedLog } from '../../tools/testing/captured-log.ts'
import { context } from '../../tools/testing/events.ts'

const user = 'b7e0c6a4-5a0a-4a3e-9d6c-2f1f0a9b8c7d'
/** Events as the SES Developer Guide shows them for EventBridge, shortened. */
const envelope = (
  type: string,
  detail: object,
  tags: object = { template: ['reset_password'], user: [user] },
) => ({
  version: '0',
  id: '12a18625-3cfc-44ad-a03d-ab55e5e1a33b',
  'detail-type': type,
  source: 'aws.ses',
  account: '123456789012',
  time: '2027-01-15T08:00:00Z',
  region: 'eu-central-1',
  resources: ['arn:aws:ses:eu-central-1:123456789012:configuration-set/cardea-prod'],
  detail: {
    mail: {
      timestamp: '2027-01-15T07:59:59.000Z',
      source: 'no-reply@example.com',
      sourceArn: 'arn:aws:ses:eu-central-1:123456789012:identity/example.com',
      sendingAccountId: '123456789012',
      messageId: 'EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000',
      destination: ['recipient@example.com'],
      headersTruncated: false,
      headers: [{ name: 'To', value: 'recipient@example.com' }],
      commonHeaders: { to: ['recipient@example.com'], subject: 'Choose a new password' },
      tags: {
        'ses:configuration-set': ['cardea-prod'],
        'ses:from-domain': ['example.com'],
        stage: ['cardea-prod'],
        ...tags,
      },
    },
    ...detail,
  },
})
const bounce = (bounceType: string, bounceSubType: string) => ({
  eventType: 'Bounce',
  bounce: {
    bounceType,
    bounceSubType,
    bouncedRecipients: [
      {
        emailAddress: 'recipient@example.com',
        action: 'failed',
        status: '5.1.1',
        diagnosticCode: 'smtp; 550 5.1.1 user unknown',
      },
    ],
    timestamp: '2027-01-15T08:00:00.000Z',
    feedbackId: '01000157c44f053b-61b59c11-9236-11e6-8f96-7be8aexample-000000',
    reportingMTA: 'dsn; mta.example.com',
  },
})
const complaint = (complaintSubType: string | null, complaintFeedbackType?: string) => ({
  eventType: 'Complaint',
  complaint: {
    complainedRecipients: [{ emailAddress: 'recipient@example.com' }],
    timestamp: '2027-01-15T08:00:00.000Z',
    feedbackId: '01000157c44f053b-61b59c11-9236-11e6-8f96-7be8aexample-000000',
    complaintSubType,
    userAgent: 'Amazon SES Mailbox Simulator',
    complaintFeedbackType,
    arrivalDate: '2027-01-15T08:00:00.000Z',
  },
})

const logged = async (event: unknown) => {
  const { entries, text } = await capturedLog(() => handler(event, context()))
  expect(text).not.toMatch(/recipient|@/)
  return entries
}
const about = { level: 'info', actor: 'system', template: 'reset_password', userId: user }

describe('an event of SES about an email', () => {
  it.each([
    ['an address that does not exist', 'General'],
    ['an address on the suppression list of SES', 'OnAccountSuppressionList'],
  ])('is logged if the bounce is permanent: %s', async (_, reason) => {
    const entries = await logged(envelope('Email Bounced', bounce('Permanent', reason)))
    expect(entries).toMatchObject([{ type: 'mail.bounced', ...about, reason }])
  })

  it.each(['Transient', 'Undetermined'])('is not logged if the bounce is %s', async (type) => {
    expect(await logged(envelope('Email Bounced', bounce(type, 'MailboxFull')))).toEqual([])
  })

  it('is logged if the reader complained', async () => {
    const entries = await logged(envelope('Email Complaint Received', complaint(null, 'abuse')))
    expect(entries).toMatchObject([{ type: 'mail.complained', ...about, reason: 'abuse' }])
    const again = envelope('Email Complaint Received', complaint('OnAccountSuppressionList'))
    expect(await logged(again)).toMatchObject([{ ...about, reason: 'OnAccountSuppressionList' }])
    const silent = await logged(envelope('Email Complaint Received', complaint(null)))
    expect(silent).toMatchObject([{ type: 'mail.complained', ...about }])
  })

  it('is logged without details that are missing or malformed', async () => {
    const odd = { template: ['a@example.com'], user: ['x'.repeat(2000)] }
    for (const tags of [odd, { template: [], user: null }, { template: 'x', user: [user, user] }]) {
      const event = envelope('Email Bounced', bounce('Permanent', 'recipient@example.com'), tags)
      const [entry, ...others] = await logged(event)
      expect(others).toEqual([])
      expect(entry).toMatchObject({ type: 'mail.bounced', actor: 'system' })
      for (const name of ['userId', 'template', 'reason']) expect(entry).not.toHaveProperty(name)
    }
  })
})
