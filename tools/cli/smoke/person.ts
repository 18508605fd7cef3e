import { randomBytes } from 'node:crypto'
import { deniedUntil } from '../../../lib/domain/lifetimes.ts'
import { mailedToken } from '../../local/mailbox.ts'
import { storesOfStage } from '../stage.ts'
import type { Api } from './api.ts'
import type { Options } from './arguments.ts'
import { expectProblem, expectStatus, expectThat, Failed, jsonOf } from './expect.ts'

/** Whom the story is about. */
export interface Person {
  readonly email: string
  readonly password: string
  readonly isThrowAway: boolean
  /** Whether there may be something to remove. */
  exists: boolean
  /** Refresh tokens of sessions that may be open. */
  readonly open: Set<string>
}

/** An address of SES's mailbox simulator: mail to it is taken, goes nowhere, and counts against nobody. */
export const someAddress = () =>
  `success+cardea-smoke-${randomBytes(6).toString('hex')}@simulator.amazonses.com`

export function personOf({ account }: Pick<Options, 'account'>): Person {
  const throwAway = { email: someAddress(), password: randomBytes(24).toString('base64url') }
  return { ...(account ?? throwAway), isThrowAway: !account, exists: false, open: new Set() }
}

/** Who can confirm the email of a throw-away account. */
export interface Confirmer {
  /** How it is done, for the table. */
  readonly by: string
  /** @throws unless it can be done. */
  tryOut(): Promise<void>
  confirm(email: string): Promise<void>
  /** Removes an account that the API would not remove. */
  remove?(email: string): Promise<void>
  close(): Promise<void>
}

export async function confirmerOf({ stage, mailbox }: Options, api: Api): Promise<Confirmer | undefined> {
  if (stage !== undefined) return inStorage(stage)
  return mailbox === undefined ? undefined : byMail(mailbox, api)
}

const byMail = (mailbox: string, api: Api): Confirmer => ({
  by: 'by the link in the mail',
  async tryOut() {
    const answer = await fetch(`${mailbox}/store`).catch(() => undefined)
    expectThat(answer?.ok, 'nothing answers at --mailbox as the local mailbox would')
  },
  async confirm(email) {
    const token = await mailedToken(mailbox, email, 'verify-email').catch(() => {
      throw new Failed('no mail came within 20 s')
    })
    expectStatus(await api('POST /auth/email/verify', { body: { token } }), 204)
  },
  close: async () => undefined,
})

async function inStorage(stage: string): Promise<Confirmer> {
  // Its account is its own from sign-up to deletion: the API's log has both, and no event is lost.
  const { ports, close } = await storesOfStage(stage, { record: () => undefined })
  const { users, sessions } = ports
  const { now } = ports.clock
  const accountOf = (email: string) =>
    users.findByEmail(email).catch(({ name, message }: Error) => {
      throw new Failed(`the tables of the stage ${stage} cannot be read (${name}: ${message})`)
    })
  return {
    by: `in the storage of the stage ${stage}`,
    async tryOut() {
      await accountOf(someAddress())
    },
    async confirm(email) {
      const account = await accountOf(email)
      expectThat(account, `the stage ${stage} does not have the account: is it the one behind --url?`)
      const change = { emailVerified: true, endsSessions: false, deniedUntil: deniedUntil(now()) }
      const changed = await users.change(account, change)
      expectThat(typeof changed !== 'string', 'the account was changed at the same time')
    },
    async remove(email) {
      const account = await accountOf(email)
      if (!account) return
      const removed = await users.remove(account, { deniedUntil: deniedUntil(now()), now: now() })
      expectThat(typeof removed !== 'string', 'the account was changed at the same time')
      await sessions.forgetAll(account.id)
    },
    close,
  }
}

/** Removes what is left of a story, however it ended: a throw-away account, or the sessions of a test account. */
export async function cleanUp(api: Api, person: Person, confirmer: Confirmer | undefined): Promise<void> {
  if (!person.isThrowAway) {
    for (const refreshToken of person.open)
      expectStatus(await api('POST /auth/logout', { body: { refreshToken } }), 204)
    return
  }
  try {
    await deleteAccount(api, person, confirmer)
  } catch (error) {
    if (!confirmer?.remove) throw error
    await confirmer.remove(person.email)
  }
}

async function deleteAccount(api: Api, person: Person, confirmer: Confirmer | undefined): Promise<void> {
  const { email, password } = person
  const logIn = () => api('POST /auth/login', { body: { email, password, transport: 'body' } })
  let login = await logIn()
  if (login.status === 403 && confirmer) {
    await confirmer.confirm(email)
    login = await logIn()
  }
  if (login.status === 401) {
    // Nobody of that name, if the password was never changed.
    expectProblem(login, 401, 'invalid_credentials')
    await confirmer?.remove?.(email)
    return
  }
  expectStatus(login, 200)
  const bearer = jsonOf(login).accessToken
  expectStatus(await api('DELETE /users/me', { bearer, body: { password } }), 204)
}
