import { userInfo } from 'node:os'
import * as z from 'zod/mini'
import { email as emailField } from '../contract/fields.ts'
import { setRoles } from '../domain/administration.ts'
import type { SecurityEvent } from '../domain/events.ts'
import type { Ports } from '../domain/ports.ts'
import type { Account } from '../domain/users.ts'
import { command } from './command.ts'
import { storesOfStage } from './stage.ts'

const usage = `Usage: npm run admin -- list [--stage <stage>]              every administrator; of npm start, if no stage is said
       npm run admin -- grant <email> [--stage <stage>]     makes a user one
       npm run admin -- revoke <email> [--stage <stage>]    makes one a user`

type AdminPorts = Pick<Ports, 'users' | 'sessions' | 'clock' | 'events'>

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

async function change(ports: AdminPorts, action: string, text: string): Promise<void> {
  const email = z.safeParse(emailField, text)
  if (!email.success) throw new Error('That is not an e-mail address')
  const account = await ports.users.findByEmail(email.data)
  if (!account) throw new Error('Nobody has signed up with that e-mail')
  const changed = await setRoles(ports, account.id, (roles) => {
    const others = roles.filter((role) => role !== 'admin')
    if (action === 'grant') return [...others, 'admin']
    return others.length > 0 ? others : ['user']
  })
  console.log(`${describe(changed)}; their access token is refused until it is refreshed`)
}

const describe = ({ email, id, roles, status }: Account) =>
  `${email} (${id}) has the roles ${roles.join(', ')}${status === 'active' ? '' : ' and is disabled'}`

/** The first administrator can be made in no other way. */
await command(usage, { stage: { type: 'string', default: 'local' } }, async ({ values, positionals }) => {
  const [action = '', email = '', ...more] = positionals
  const takesEmail = action !== 'list'
  if (!['list', 'grant', 'revoke'].includes(action)) throw new Error(usage)
  if ((email !== '') !== takesEmail || more.length > 0) throw new Error(usage)
  const { users, sessions, close } = await storesOfStage(values.stage)
  const clock = { now: () => Math.floor(Date.now() / 1000) }
  const ports: AdminPorts = { users, sessions, clock, events: { record } }
  try {
    if (action === 'list') await list(ports)
    else await change(ports, action, email)
  } finally {
    await close()
  }
})
