import { accountOf, describe, show } from './accounts.ts'
import { changes } from './admin-changes.ts'
import { inAccount } from './aws.ts'
import { command, UsageError } from './command.ts'
import { commandLog } from './command-log.ts'
import { type StagePorts, storesOfStage } from './stage-stores.ts'

const usage = `Usage: npm run admin -- <action> [<account>] [--stage <stage>]

  list                                 lists the administrators
  show <account>                       prints an account and its sessions, without secrets
  grant <account> [--unverified]       makes a user an administrator; --unverified: also if the email was never verified
  revoke <account>                     takes the administrator role away
  disable <account>                    ends every session, and refuses login until the account is enabled
  enable <account>                     allows login again
  reset-factors <account>              removes every second factor of a user who has lost them, and disables the password
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

const whose = 'Say whose account: add its id or email'
const actions = {
  list: undefined,
  show: whose,
  ...Object.fromEntries(Object.keys(changes).map((each) => [each, whose])),
}

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
