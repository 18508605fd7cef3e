import type { Seconds } from './lifetimes.ts'
import type { Notice } from './policy.ts'
import type { Ports } from './ports.ts'

/**
 * What a door leaves to the function that mails. It says what happened, not what to write: whether an address is known is
 * found out there, out of sight and out of the time of the answer. No order holds a token.
 */
export type MailOrder =
  | { readonly type: 'signed_up'; readonly userId: string; readonly withheld?: true | undefined }
  | {
      readonly type: 'sign_up_attempted'
      readonly email: string
      /** By `hashForSignUp`, so that it is told whether the password is the one of before. */
      readonly passwordHash?: string | undefined
      /** The mailbox has had enough mails: what follows from the sign-up is done, and none is sent. */
      readonly withheld?: true | undefined
    }
  | { readonly type: 'verification_requested'; readonly email: string }
  | { readonly type: 'reset_requested'; readonly email: string }
  | { readonly type: 'reset_started'; readonly userId: string }
  | { readonly type: 'email_change_undone'; readonly userId: string }
  | { readonly type: 'email_login_requested'; readonly email: string; readonly challengeHash: string }
  | {
      readonly type: 'email_change_requested'
      readonly userId: string
      readonly newEmail: string
      readonly epoch: number
    }
  | NoticeOrder

export type NoticeOrder =
  | {
      readonly type: 'new_device'
      readonly userId: string
      readonly at: Seconds
      readonly device: string
      /** Of the session: what a rescue has ended since is remembered no more. */
      readonly epoch?: number | undefined
      readonly userAgent: string
      readonly ip: string
    }
  | { readonly type: 'password_changed'; readonly userId: string; readonly at: Seconds }
  | {
      readonly type: 'email_changed'
      readonly userId: string
      readonly at: Seconds
      readonly email: string
      readonly newEmail: string
    }
  | { readonly type: 'token_reused'; readonly userId: string; readonly at: Seconds }
  /** The account is gone when this is read, so the order has its address. */
  | {
      readonly type: 'account_deleted'
      readonly userId: string
      readonly at: Seconds
      readonly email: string
      readonly by: 'owner' | 'administrator'
    }

/** Tells a user what happened to the account, if that is wanted. */
export async function notify(
  ports: Pick<Ports, 'policy' | 'outbox' | 'clock' | 'events'>,
  order: NoticeOrder,
): Promise<void> {
  const notice: Notice = order.type
  if (ports.policy.sendsMail && ports.policy.notices.includes(notice)) await leaveOrder(ports, order)
}

/** Leaves an order that follows from what has happened already: it has happened, mailed or not. */
export async function leaveOrder(
  { outbox, clock, events }: Pick<Ports, 'outbox' | 'clock' | 'events'>,
  order: Extract<MailOrder, { userId: string }>,
): Promise<void> {
  const { userId, type } = order
  await outbox.put(order, clock.now()).catch(() => events.record({ type: 'mail.lost', userId, order: type }))
}
