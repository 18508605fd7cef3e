import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2'
import { isTransient } from '../aws-errors.ts'
import { currentSignal } from '../domain/invocation-signal.ts'
import type { Mailer } from '../domain/ports.ts'
import { Refusal } from '../domain/refusal.ts'
import { mailbox } from './mailbox.ts'
import { write } from './templates.ts'

/** What no retry mends: the mail, the address, or the account is not to Amazon SES's liking. */
const final = new Set([
  'MessageRejected',
  'BadRequestException',
  'ValidationException',
  'NotFoundException',
  'MailFromDomainNotVerifiedException',
  'AccountSuspendedException',
  'SendingPausedException',
])

/** The parts of the SDK's exceptions that are looked at. */
interface Failure {
  readonly name: string
  message: string
  readonly code?: string
  readonly $metadata?: { readonly httpStatusCode?: number }
}

/**
 * Sends through Amazon SES, from the address `mailFrom` in the name of the product, by a configuration set if one is named: two attempts of 3 s each. `sesEndpoint`
 * points it at a local stand-in.
 */
export function sesMailer({
  mailFrom,
  mailConfigurationSet,
  productName,
  linkBaseUrl,
  sesEndpoint,
  stage,
}: {
  mailFrom: string
  mailConfigurationSet?: string | undefined
  productName: string
  linkBaseUrl: string
  sesEndpoint?: string | undefined
  /** By which the events of SES are known as those of our mails. */
  stage: string
}): Mailer {
  const client = new SESv2Client({
    ...(sesEndpoint && { endpoint: sesEndpoint }),
    maxAttempts: 2,
    // The request's time-out is over with the first headers; the socket's is for an answer that stalls after them.
    requestHandler: {
      connectionTimeout: 1000,
      requestTimeout: 3000,
      throwOnRequestTimeout: true,
      socketTimeout: 3000,
    },
  })
  const from = mailbox(productName, mailFrom)
  return {
    async send(to, template, { userId }) {
      const { subject, text, html } = write(template, { productName, linkBaseUrl })
      const utf8 = (Data: string) => ({ Data, Charset: 'UTF-8' })
      try {
        await client.send(
          new SendEmailCommand({
            FromEmailAddress: from,
            ConfigurationSetName: mailConfigurationSet,
            Destination: { ToAddresses: [to] },
            Content: {
              Simple: {
                Subject: utf8(subject),
                Body: { Text: utf8(text), Html: utf8(html) },
                // Or somebody's absence would be answered to us (RFC 3834).
                Headers: [{ Name: 'Auto-Submitted', Value: 'auto-generated' }],
              },
            },
            // They come back with a bounce or a complaint, and no reader sees them.
            EmailTags: [
              { Name: 'stage', Value: stage },
              { Name: 'template', Value: template.kind },
              { Name: 'user', Value: userId },
            ],
            // Tracking, if the account has it, would lead every link and its token through a server of its own.
            ConfigurationOverrides: {
              Tracking: { OpenTrackingEnabled: 'DISABLED', ClickTrackingEnabled: 'DISABLED' },
            },
          }),
          { abortSignal: currentSignal() },
        )
        return 'sent'
      } catch (error) {
        const failure = error as Failure
        if (final.has(failure.name)) return { rejectedAs: failure.name }
        // SES names the address that it stumbles over, and this is on its way into a log.
        failure.message = failure.message.replaceAll(to, '(address)')
        if (isTransient({ ...failure, status: failure.$metadata?.httpStatusCode }))
          throw new Refusal('unavailable', { cause: error })
        throw error
      }
    },
  }
}
