import * as z from 'zod/mini'
import { email as emailField } from '../../lib/contract/fields.ts'
import { changeUser, deleteUser, setRoles } from '../../lib/domain/administration.ts'
import { restoreFormerEmail } from '../../lib/domain/email-changes.ts'
import type { Account } from '../../lib/domain/users.ts'
import { describe, show } from './account-report.ts'
import { inAccount } from './callers-aws.ts'
import { command, UsageError } from './command.ts'
import { commandLog } from './command-log.ts'
import { accountOf } from './find-account.ts'
import { type StagePorts, storesOfStage } from './stage.ts'

const usage = `Usage: npm run admin -- <action> [<account>] [--stage <stage>]

  list                                 lists the administrators
  show <account>                       prints an account and its sessions, without secrets
  grant <account> [--unverified]       makes a user an administrator; --unverified: also if the email was never verified
  revoke <account>                     takes the administrator role away
  disable <account>                    ends every session, and refuses login until the account is enabled
  enable <account>                     allows login again
  restore-email <account>              undoes a change of email of the last 7 days, and disables the password
  delete <account> --really <email>    deletes an account with its sessions

Name an account by its id or email; for show and restore-email also by its former email. Without --stage the command uses
the accounts of npm start. For a stage, your AWS credentials need access to its tables and to its log group
/cardea/<stage>/command-line. If the log cannot be written, the command does nothing. With --unlogged it goes on, and prints
the lines that belong in the log.`

const options = {
  stage: { type: 'string', default: 'local' },
  unverified: { type: 'boolean' },
  really: { type: 'string' },
  unlogged: { type: 'boolean' },
} as const

interface Asked {
  readonly unverified?: boolean | undefined
  readonly really?: string | undefined
}

/** The actions that change an account. Each resolves to the changed account and a sentence about it. */
const changes: Readonly<
  Record<string, (ports: StagePorts, account: Account, asked: Asked) => Promise<[Account, string]>>
> = {
  grant: async (ports, { id }, { unverified }) => [
    await setRoles(ports, id, (account) => {
      if (!account.emailVerified && !unverified) throw new Error(neverVerified(account))
      return [...account.roles.filter((role) => role !== 'admin'), 'admin']
    }),
    'The access token of this account is refused until it is refreshed',
  ],
  revoke: async (ports, { id }) => [
    await setRoles(ports, id, ({ roles }) => {
      const others = roles.filter((role) => role !== 'admin')
      return others.length > 0 ? others : ['user']
    }),
    'The access token of this account is refused until it is refreshed',
  ],
  disable: async (ports, { id }) => [
    await changeUser(ports, undefined, id, { status: 'disabled' }),
    'Every session of this account has ended, and login is refused',
  ],
  enable: async (ports, { id }) => [
    await changeUser(ports, undefined, id, { status: 'active' }),
    'Its user can log in again',
  ],
  'restore-email': async (ports, { id }) => {
    if (!(await ports.users.formerEmail(id, ports.clock.now())))
      throw new Error('There is no former email: it is kept for 7 days after a change of a verified email')
    const account = await restoreFormerEmail(ports, id)
    const next =
      account.status === 'active'
        ? 'a mail to that address lets its user choose a new one'
        : 'once it is enabled, its user can ask for a reset at that address'
    return [account, `Every session has ended and no password opens this account: ${next}`]
  },
  delete: async (ports, account, { really }) => {
    const isMeant = really !== undefined && z.safeParse(emailField, really).data === account.email
    if (!isMeant)
      throw new UsageError(
        `This deletes an account: ${describe(account)}. To go on, add --really ${account.email}`,
      )
    await deleteUser(ports, undefined, account.id)
    const notice = ports.policy.sendsMail ? '' : '. Its user is not told: MAIL_FROM is not set in this shell'
    return [account, `This account is deleted, with its sessions and its email${notice}`]
  },
}

const neverVerified = (account: Account) =>
  `${describe(account)}.
This email was never verified, so the person who signed up with it may not be its owner. Nothing was changed. Ask the
owner, then add --unverified. With REQUIRE_VERIFIED_EMAIL=false no email is verified, so each grant needs it.`

async function list({ users }: StagePorts): Promise<void> {
  const ids = await users.administrators()
  if (ids.length === 0) console.log('There is no administrator yet')
  for (const id of ids) {
    const account = await users.findById(id)
    console.log(account ? describe(account) : `${id} is listed as an administrator, but has no account`)
  }
}

/** @throws UsageError with what is wrong. */
function check(action: string, [named, ...more]: readonly string[], asked: Asked): void {
  if (!action) throw new UsageError('Say what to do, such as list')
  if (!['list', 'show', ...Object.keys(changes)].includes(action))
    throw new UsageError(`There is no "admin ${action}"`)
  const surplus = action === 'list' ? named : more[0]
  if (surplus !== undefined) throw new UsageError(`"${surplus}" is one word too many`)
  if (action !== 'list' && !named) throw new UsageError(`Say whose account: ${action} <id or email>`)
  if (asked.unverified && action !== 'grant') throw new UsageError('--unverified goes with grant alone')
  if (asked.really !== undefined && action !== 'delete')
    throw new UsageError('--really goes with delete alone')
}

/** The first administrator can be made in no other way. The command needs no function, so it also works while all are disabled. */
await command(usage, options, async ({ values, positionals }) => {
  const [action = '', ...named] = positionals
  check(action, named, values)
  const log = commandLog(values.stage, values)
  const { ports, place, close } = await storesOfStage(values.stage, log)
  try {
    if (action === 'list') {
      await log.begin('admin list')
      await list(ports)
      return 0
    }
    const account = await accountOf(ports, String(named[0]), {
      alsoFormer: ['show', 'restore-email'].includes(action),
    })
    await log.begin(`admin ${action}`, { userId: account.id })
    const change = changes[action]
    if (!change) {
      await show(ports, account)
      return 0
    }
    if (values.stage !== 'local') console.log(`In ${await inAccount(place)}:`)
    const [changed, says] = await log.during(() => change(ports, account, values))
    console.log(`${describe(changed)}. ${says}.`)
    return 0
  } finally {
    await close()
  }
})
