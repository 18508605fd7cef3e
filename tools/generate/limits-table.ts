import { type Contract, limitsOf } from '../../lib/contract/contract.ts'
import { type LimitName, limits, type Per, settingOf } from '../../lib/domain/limits.ts'
import { type Entry, isRoute, isStream } from './registry.ts'

/** What each limit counts, for docs/limits.md. */
const counts: Readonly<Record<LimitName, string>> = {
  signupPerIp: 'sign-ups',
  signupMails: 'mails that follow a sign-up; over it no mail is sent, and the caller is not told',
  mailsPerRecipient:
    'mails of every kind except security notifications; over it no mail is sent, and the caller is not told',
  resetsPerRecipient: 'mails to verify a sign-up or set a password, beyond `MAILS_PER_RECIPIENT`',
  loginPerIp: 'login attempts',
  loginFailures: 'failures in a row; then a lock of 1 s, which doubles with each failure',
  passkeyOptionsPerIp: 'requests for the options of a passkey login',
  socialPerIp: 'logins with a provider that are begun',
  refreshPerSession: 'refreshes',
  passwordPerUser: 'requests that need the current password',
  factorChangesPerUser:
    'requests that add or remove a factor or a provider account, or replace the recovery codes',
  reauthenticationMailsPerUser: 'requests for digits that prove a user again',
  endSessionsPerUser: 'requests to end all sessions',
  resendPerIp: 'requests for a verification mail',
  resendPerEmail: 'requests for a verification mail',
  forgotPerIp: 'requests for a reset mail',
  forgotPerEmail: 'requests for a reset mail',
  resetPerUser: 'resets started by an administrator',
  emailChangePerEmail: 'requests to change to this email',
  emailLoginPerIp: 'requests for a login mail',
  emailLoginPerEmail: 'requests for a login mail',
  codePerEmail: 'attempts to enter a code',
  totpPerHour: 'wrong TOTP codes',
  totpPerDay: 'wrong TOTP codes',
  secondStepFailures: 'failures after a right first proof; over it the owner is mailed',
  secondStepMails: 'mails about such failures; over it no mail is sent, and the caller is not told',
  codeTries: 'attempts; then the code is void',
}

/** The words of the table, where they differ from those of the contracts. */
const whom: Partial<Record<Per, string>> = {
  ip: 'IP address',
  mailbox: 'email',
  account: 'account',
  target: 'user',
}

const routeOf = ({ contract: { method, path } }: Entry<Contract>) => `${method} ${path}`

/** 900 -> `15 min`. */
const span = (seconds: number) => (seconds % 3600 === 0 ? `${seconds / 3600} h` : `${seconds / 60} min`)

/** The table of all limits with the routes whose contracts name them, in Markdown. */
export function limitsTable(entries: readonly Entry[]): string {
  const rows = Object.entries(limits).map(([key, limit]) => {
    const name = key as LimitName
    const own = entries.filter(
      (entry) => (isRoute(entry) || isStream(entry)) && limitsOf(entry.contract).includes(name),
    )
    const where = own.map((entry) => (isRoute(entry) ? `\`${routeOf(entry)}\`` : 'mails')).join(', ')
    const budget = `${limit.most}${'locks' in limit ? ', locks up to' : ' in'} ${span(limit.seconds)}`
    return `| ${where} | ${counts[name]} | ${whom[limit.per] ?? limit.per} | ${budget} | \`${settingOf(name)}=${limit.most}/${limit.seconds}\` |`
  })
  return ['| route | counts | for each | by default | setting |', '|---|---|---|---|---|', ...rows].join('\n')
}
