import type { Policy } from './policy.ts'

/** Whether PROVIDERS lists it. What waits for a login with a provider that was removed from there ends. */
export const isOffered = ({ providers }: Pick<Policy, 'providers'>, provider: string): boolean =>
  providers.some(({ name }) => name === provider)

/** What people read for a provider: its label, or its name in PROVIDERS once it was removed from there. */
export const labelOf = ({ providers }: Pick<Policy, 'providers'>, provider: string): string =>
  providers.find(({ name }) => name === provider)?.label ?? provider

/** Without a dot: a mail client would make a link of `evil.example`. */
const userName = /^[\p{L}\p{N}][\p{L}\p{N}_+-]{0,99}$/u
/** Both sides as mail servers write them. `evil.example@x` is no address, and a mail client would make a link of its first part. */
const address =
  /^[\p{L}\p{N}_+-]+(?:\.[\p{L}\p{N}_+-]+)*@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+\p{L}[\p{L}\p{N}-]*[\p{L}\p{N}]$/u

/**
 * How a mail names a provider account: only in the form of an address or a user name. Its owner chose it, and anybody can ask for such a
 * mail to any address: a sentence or a link in it would be sent from ours.
 */
export const mailedName = (accountName: string | undefined): string | undefined =>
  accountName !== undefined &&
  accountName.length <= 254 &&
  (userName.test(accountName) || address.test(accountName))
    ? accountName
    : undefined
