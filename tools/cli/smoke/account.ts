import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { deniedUntil } from '../../../lib/domain/lifetimes.ts'
import { mailedToken } from '../../local/mailbox.ts'
import { storesOfStage } from '../stage.ts'
import type { Api } from './api.ts'
import type { Options } from './arguments.ts'

/** An address of the SES mailbox simulator. Mail to it is accepted, goes nowhere and harms no sender's reputation. */
export const newEmail = () => `success+cardea-smoke-${randomBytes(6).toString('hex')}@simulator.amazonses.com`

export type Account = ReturnType<typeof accountOf>

/** The account that the checks log in to. */
export const accountOf = ({ account }: Options) => ({
  login: account ?? { email: newEmail(), password: randomBytes(24).toString('base64url') },
  /** Whether a throw-away account may have to be deleted. */
  exists: false,
  /** Of sessions that may be open. */
  refreshTokens: new Set<string>(),
})

/** Verifies the email of a throw-away account. `tryOut` throws if it cannot; `remove` deletes what the API does not delete. */
export interface Verifier {
  readonly by: string
  tryOut(): Promise<unknown>
  verify(email: string): Promise<unknown>
  remove?(email: string): Promise<unknown>
  close?(): Promise<void>
}

/** Resolves to `undefined` for a test account, which is verified and kept. */
export async function verifierOf(
  { account, stage, mailbox }: Options,
  api: Api,
): Promise<Verifier | undefined> {
  if (account) return undefined
  return stage === undefined ? mailVerifier(String(mailbox), api) : stageVerifier(stage)
}

const mailVerifier = (mailbox: string, api: Api): Verifier => ({
  by: 'by the link in the mail',
  async tryOut() {
    const answer = await fetch(`${mailbox}/store`).catch(() => undefined)
    assert(answer?.ok, 'no local mailbox answers at the address of --mailbox')
  },
  async verify(email) {
    const token = await mailedToken(mailbox, email, 'verify-email').catch(() => undefined)
    assert(token, 'no mail came within 20 s')
    await api('POST /auth/email/verify', { body: { token }, expect: 204 })
  },
})

async function stageVerifier(stage: string): Promise<Verifier> {
  // No event is lost: the API logs the sign-up and the deletion of this account.
  const { ports, close } = await storesOfStage(stage, { record: () => undefined })
  const { users, sessions, clock } = ports
  const find = (email: string) =>
    users.findByEmail(email).catch(({ name, message }: Error) => {
      assert.fail(`the tables of the stage ${stage} cannot be read (${name}: ${message})`)
    })
  const expectDone = (result: unknown) =>
    assert(typeof result !== 'string', 'the account was changed at the same time')
  return {
    by: `in the tables of the stage ${stage}`,
    tryOut: () => find(newEmail()),
    async verify(email) {
      const account = await find(email)
      assert(account, `the stage ${stage} does not have the account: does it belong to --url?`)
      const change = { emailVerified: true, endsSessions: false, deniedUntil: deniedUntil(clock.now()) }
      expectDone(await users.change(account, change))
    },
    async remove(email) {
      const account = await find(email)
      if (!account) return
      const now = clock.now()
      expectDone(await users.remove(account, { deniedUntil: deniedUntil(now), now }))
      await sessions.forgetAll(account.id)
    },
    close,
  }
}

/** Deletes the throw-away account, or ends the sessions of a test account. */
export async function cleanUp(api: Api, account: Account, verifier?: Verifier): Promise<void> {
  if (!verifier) {
    for (const refreshToken of account.refreshTokens)
      await api('POST /auth/logout', { body: { refreshToken }, expect: 204 })
    return
  }
  const { email, password } = account.login
  const logIn = () => api('POST /auth/login', { body: { email, password, transport: 'body' } })
  try {
    const first = await logIn()
    if (first.status === 403) await verifier.verify(email)
    const { status, body } = first.status === 403 ? await logIn() : first
    // The account does not exist, as its password never changes.
    const isGone = status === 401 && body.code === 'invalid_credentials'
    assert(status === 200 || isGone, `login is answered ${status}`)
    if (isGone) await verifier.remove?.(email)
    else await api('DELETE /users/me', { bearer: body.accessToken, body: { password }, expect: 204 })
  } catch (error) {
    if (!verifier.remove) throw error
    await verifier.remove(email)
  }
}
