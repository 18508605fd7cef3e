import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import * as z from 'zod/mini'
import { errors } from '../contract/errors.ts'
import { email as emailField } from '../contract/fields.ts'
import { changeUser } from '../domain/administration.ts'
import type { Ports } from '../domain/ports.ts'
import { Refusal } from '../domain/refusal.ts'
import type { Account } from '../domain/users.ts'
import { storesOfStage } from './stage.ts'

const usage =
  'Usage: npm run admin -- grant <email> | revoke <email> | list  [--stage <stage>, local by default]'

type AdminPorts = Pick<Ports, 'users' | 'sessions' | 'clock' | 'events'>

/** Makes a user an administrator, or one no longer; the first of them can be made in no other way. */
async function main(): Promise<void> {
  const { command, email, stage } = readArguments()
  const { users, sessions, close } = await storesOfStage(stage)
  const clock = { now: () => Math.floor(Date.now() / 1000) }
  const ports: AdminPorts = { users, sessions, clock, events: { record: () => undefined } }
  try {
    if (command === 'list') await list(ports)
    else await change(ports, command, email)
  } finally {
    await close()
  }
}

function readArguments(): { command: 'grant' | 'revoke' | 'list'; email: string; stage: string } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { stage: { type: 'string', default: 'local' } },
    })
    const [command, email = '', ...more] = positionals
    const takesEmail = command === 'grant' || command === 'revoke'
    if (
      (takesEmail && email !== '' && more.length === 0) ||
      (command === 'list' && positionals.length === 1)
    ) {
      return { command, email, stage: values.stage }
    }
  } catch {
    // An option that there is not.
  }
  throw new Error(usage)
}

async function list({ users }: AdminPorts): Promise<void> {
  const ids = await users.administrators()
  if (ids.length === 0) console.log('There is no administrator yet')
  for (const id of ids) {
    const account = await users.findById(id)
    if (account) console.log(describe(account))
  }
}

async function change(ports: AdminPorts, command: 'grant' | 'revoke', text: string): Promise<void> {
  const email = z.safeParse(emailField, text)
  if (!email.success) throw new Error('That is not an e-mail address')
  const account = await ports.users.findByEmail(email.data)
  if (!account) throw new Error('Nobody has signed up with that e-mail')
  const others = account.roles.filter((role) => role !== 'admin')
  const roles =
    command === 'grant' ? [...others, 'admin' as const] : others.length > 0 ? others : ['user' as const]
  const nobody = { userId: 'the command line' }
  const changed = await changeUser(ports, nobody, account.id, { roles })
  console.log(`${describe(changed)}: in force on the next request and the next refresh`)
}

const describe = ({ email, id, roles, status }: Account) =>
  `${email} (${id}) has the roles ${roles.join(', ')}${status === 'active' ? '' : ' and is disabled'}`

main().catch(async (error: Error) => {
  console.error(error instanceof Refusal ? errors[error.code].detail : error.message)
  // Lets what was printed be read before an engine of our own is gone.
  await wait(0)
  process.exit(1)
})
