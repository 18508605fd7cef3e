import type { Policy } from './policy.ts'

/** What people read for a provider: its label, or its name in PROVIDERS once it was removed from there. */
export const labelOf = ({ providers }: Pick<Policy, 'providers'>, provider: string): string =>
  providers.find(({ name }) => name === provider)?.label ?? provider

/**
 * How a mail names a provider account: only in the form of an address or a user name. Its owner chose it, and anybody can ask for such a
 * mail to any address: a sentence in it would be sent from ours.
 */
export const mailedName = (accountName: string | undefined): string | undefined =>
  accountName !== undefined && /^[\p{L}\p{N}][\p{L}\p{N}._+@-]{0,99}$/u.test(accountName)
    ? accountName
    : undefined
