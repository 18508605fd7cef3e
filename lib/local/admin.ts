import { userInfo } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import * as z from 'zod/mini'
import { errors } from '../contract/errors.ts'
import { email as emailField } from '../contract/fields.ts'
import { setRoles } from '../domain/administration.ts'
import type { SecurityEvent } from '../domain/events.ts'
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
  const ports: AdminPorts = { users, sessions, clock, events: { record } }
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

/** What is done here is written down as what the API does; standard error is for whoever keeps it. */
const record = (event: SecurityEvent) =>
  console.error(JSON.stringify({ time: new Date().toISOString(), ...event, operator: userInfo().username }))

async function list({ users }: AdminPorts): Promise<void> {
  const ids = await users.administrators()
  if (ids.length === 0) console.log('There is no administrator yet')
  for (const id of ids) {
    const account = await users.findById(id)
    console.log(account ? describe(account) : `${id} counts as an administrator, but has no account`)
  }
}

async function change(ports: AdminPorts, command: 'grant' | 'revoke', text: string): Promise<void> {
  const email = z.safeParse(emailField, text)
  if (!email.success) throw new Error('That is not an e-mail address')
  const account = await ports.users.findByEmail(email.data)
  if (!account) throw new Error('Nobody has signed up with that e-mail')
  const changed = await setRoles(ports, account.id, (roles) => {
    const others = roles.filter((role) => role !== 'admin')
    if (command === 'grant') return [...others, 'admin']
    return others.length > 0 ? others : ['user']
  })
  console.log(`${describe(changed)}; their access token is refused until it is refreshed`)
}

const describe = ({ email, id, roles, status }: Account) =>
  `${email} (${id}) has the roles ${roles.join(', ')}${status === 'active' ? '' : ' and is disabled'}`

main().catch(async (error: Error) => {
  console.error(error instanceof Refusal ? errors[error.code].detail : error.message)
  // Lets what was printed be read before an engine of our own is gone.
  await wait(0)
  process.exit(1)
})
