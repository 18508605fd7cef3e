import * as z from 'zod/mini'
import { email as emailField } from '../../lib/contract/fields.ts'
import { changeUser, deleteUser, setRoles } from '../../lib/domain/administration.ts'
import { restoreFormerEmail } from '../../lib/domain/email-changes.ts'
import type { Account } from '../../lib/domain/users.ts'
import { accountOf, describe, show } from './accounts.ts'
import { inAccount } from './aws.ts'
import { command, UsageError, type Values } from './command.ts'
import { commandLog } from './command-log.ts'
import { type StagePorts, storesOfStage } from './stage-stores.ts'

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

type Asked = Values<typeof options>
type Change = (ports: StagePorts, account: Account, asked: Asked) => Promise<[Account, string]>

const otherRoles = ({ roles }: Account) => roles.filter((role) => role !== 'admin')
const outdated = 'The access token of this account is refused until it is refreshed'

/** The actions that change an account. Each resolves to the changed account and a sentence about it. */
const changes: Readonly<Record<string, Change>> = {
  async grant(ports, { id }, { unverified }) {
    const changed = await setRoles(ports, id, (account) => {
      if (!account.emailVerified && !unverified) throw new Error(neverVerified(account))
      return [...otherRoles(account), 'admin']
    })
    return [changed, outdated]
  },
  async revoke(ports, { id }) {
    const changed = await setRoles(ports, id, (account) => {
      const others = otherRoles(account)
      return others.length > 0 ? others : ['user']
    })
    return [changed, outdated]
  },
  async disable(ports, { id }) {
    const changed = await changeUser(ports, undefined, id, { status: 'disabled' })
    return [changed, 'Every session of this account has ended, and login is refused']
  },
  async enable(ports, { id }) {
    return [await changeUser(ports, undefined, id, { status: 'active' }), 'Its user can log in again']
  },
  async 'restore-email'(ports, { id }) {
    if (!(await ports.users.formerEmail(id, ports.clock.now())))
      throw new Error('There is no former email: it is kept for 7 days after a change of a verified email')
    const account = await restoreFormerEmail(ports, id)
    const next =
      account.status === 'active'
        ? 'a mail to that address lets its user choose a new one'
        : 'once it is enabled, its user can ask for a reset at that address'
    return [account, `Every session has ended and no password opens this account: ${next}`]
  },
  async delete(ports, account, { really }) {
    if (really === undefined || z.safeParse(emailField, really).data !== account.email)
      throw new UsageError(
        `This deletes an account: ${describe(account)}. To go on, add --really ${account.email}`,
      )
    await deleteUser(ports, undefined, account.id)
    const notice = ports.policy.sendsMail ? '' : '. Its user is not told: MAIL_FROM is not set in this shell'
    return [account, `This account is deleted, with its sessions and its email${notice}`]
  },
}

const whose = 'Say whose account: add its id or email'
const actions = {
  list: undefined,
  show: whose,
  ...Object.fromEntries(Object.keys(changes).map((each) => [each, whose])),
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

/** The first administrator can be made in no other way. The command needs no function, so it also works while all are disabled. */
await command({ usage, options, actions }, async (asked, action, named) => {
  const { stage } = asked
  if (asked.unverified && action !== 'grant') throw new UsageError('--unverified goes with grant alone')
  if (asked.really !== undefined && action !== 'delete')
    throw new UsageError('--really goes with delete alone')
  const log = commandLog(stage, asked)
  const { ports, place, close } = await storesOfStage(stage, log)
  try {
    const alsoFormer = ['show', 'restore-email'].includes(action)
    const account = action === 'list' ? undefined : await accountOf(ports, named, alsoFormer)
    await log.begin(`admin ${action}`, account && { userId: account.id })
    const change = changes[action]
    if (!account) await list(ports)
    else if (!change) await show(ports, account)
    else {
      if (stage !== 'local') console.log(`In ${await inAccount(place)}:`)
      const [changed, says] = await log.during(() => change(ports, account, asked))
      console.log(`${describe(changed)}. ${says}.`)
    }
    return 0
  } finally {
    await close()
  }
})
