import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2'
import { isTransient } from '../aws-errors.ts'
import { currentSignal } from '../domain/invocation-signal.ts'
import type { Mailer } from '../domain/ports.ts'
import { Refusal } from '../domain/refusal.ts'
import { mailbox } from './mailbox.ts'
import { write } from './templates.ts'
import { mailTexts } from './texts.ts'

/** SES errors that a retry does not change: SES rejects the mail, the address or the account. */
const final = new Set([
  'MessageRejected',
  'BadRequestException',
  'ValidationException',
  'NotFoundException',
  'MailFromDomainNotVerifiedException',
  'AccountSuspendedException',
  'SendingPausedException',
])

/** The fields of the SDK's exceptions that are examined. */
interface Failure {
  readonly name: string
  message: string
  readonly code?: string
  readonly $metadata?: { readonly httpStatusCode?: number }
}

/**
 * Sends through Amazon SES from `mailFrom`, with the product name, and through a configuration set if one is named. It makes
 * two attempts of 3 s each. `sesEndpoint` selects a local stand-in.
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
  /** A tag that marks SES events as those of our mails. */
  stage: string
}): Mailer {
  const client = new SESv2Client({
    ...(sesEndpoint && { endpoint: sesEndpoint }),
    maxAttempts: 2,
    // The request time-out ends with the first headers; the socket time-out covers an answer that stalls after them.
    requestHandler: {
      connectionTimeout: 1000,
      requestTimeout: 3000,
      throwOnRequestTimeout: true,
      socketTimeout: 3000,
    },
  })
  const from = mailbox(productName, mailFrom)
  const texts = mailTexts()
  return {
    async send(to, template, { userId, locale }) {
      const { subject, text, html } = write(template, {
        productName,
        linkBaseUrl,
        locale,
        texts: texts[locale],
      })
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
                // Prevents automatic replies to us (RFC 3834).
                Headers: [{ Name: 'Auto-Submitted', Value: 'auto-generated' }],
              },
            },
            // SES includes these tags in bounces and complaints; readers do not see them.
            EmailTags: [
              { Name: 'stage', Value: stage },
              { Name: 'template', Value: template.kind },
              ...(userId ? [{ Name: 'user', Value: userId }] : []),
            ],
            // Account-wide tracking would send every link, with its token, through a tracking server.
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
        // SES quotes the address in its message, and the message is logged.
        failure.message = failure.message.replaceAll(to, '(address)')
        if (
          isTransient({ name: failure.name, code: failure.code, status: failure.$metadata?.httpStatusCode })
        )
          throw new Refusal('unavailable', { cause: error })
        throw error
      }
    },
  }
}
