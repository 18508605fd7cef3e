import { randomUUID } from 'node:crypto'
import { deviceOf } from './devices.ts'
import type { MailOrder } from './mail-orders.ts'
import { checkNewPassword, type PasswordRulePorts } from './password-rules.ts'
import type { Client, Ports } from './ports.ts'
import { Refusal } from './refusal.ts'
import type { Account } from './users.ts'

/**
 * Opens an account, and leaves an order for the mail that confirms its e-mail. Takes a canonical e-mail.
 * Refuses with `weak_password`; and with `email_taken`, but not where e-mails must be verified: there nobody is told, by
 * answer or time, whether the e-mail was known, and whoever has it is mailed (ASVS 6.3.8). Gives the account where it may
 * be shown.
 */
export async function signUp(
  ports: PasswordRulePorts & Pick<Ports, 'users' | 'passwords' | 'throttle' | 'outbox' | 'clock'>,
  { client, ...input }: { email: string; password: string; name: string; client: Client },
): Promise<Account | undefined> {
  const { users, passwords, throttle, policy, outbox, clock, events } = ports
  const { email, name } = input
  await checkNewPassword(ports, input.password, { path: 'password', words: [email, name] })
  // Before the time is taken: a place in the list of users is not left empty for as long as a hash takes.
  const passwordHash = await passwords.hash(input.password)
  const now = clock.now()
  const account: Account = {
    id: randomUUID(),
    email,
    name,
    roles: ['user'],
    emailVerified: false,
    createdAt: new Date(now * 1000).toISOString(),
    status: 'active',
    passwordHash,
    claimsVersion: 1,
    epoch: 1,
    devices: [deviceOf(client)],
  }
  const isNew = (await users.create(account, now)) === 'created'
  if (isNew) events.record({ type: 'user.created', userId: account.id })
  if (!isNew && !policy.requireVerifiedEmail) throw new Refusal('email_taken')
  if (policy.sendsMail) {
    const order: MailOrder = isNew
      ? { type: 'signed_up', userId: account.id }
      : { type: 'sign_up_attempted', email }
    // A mailbox is not flooded, and nobody is told.
    if (await throttle.hasLeft('signupMails', email)) await outbox.put(order, now)
    else events.record({ type: 'mail.withheld', order: order.type, ...(isNew && { userId: account.id }) })
  }
  return policy.requireVerifiedEmail ? undefined : account
}
